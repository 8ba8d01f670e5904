import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Badge, Table } from "@/ui/layout";
import type { Result } from "./results";
import { useTold } from "./use-told";

/** A row a photo, in the order in which they were sent. */
export function ResultTable({ results }: { results: readonly Result[] }) {
  const { t } = useTranslation();
  const told = useTold(results);
  return (
    <Table label={t("bulk.results")}>
      <thead>
        <tr>
          <th scope="col">{t("bulk.file")}</th>
          <th scope="col">{t("bulk.answer")}</th>
          <th scope="col">{t("bulk.figures")}</th>
        </tr>
      </thead>
      <tbody>
        {results.map((result) => {
          const { title, figures } = told(result);
          return (
            <tr key={result.index}>
              <th scope="row">{result.file}</th>
              <td>
                {result.error !== null && <Badge mood="bad">{t("bulk.failed")}</Badge>}
                {result.refusal !== null && <Badge mood="warn">{t("history.refused")}</Badge>}{" "}
                {result.stored && result.predictionId !== null ? (
                  <Link to="/answers/$id" params={{ id: result.predictionId }}>
                    {title}
                  </Link>
                ) : (
                  title
                )}
              </td>
              <td>{figures}</td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
