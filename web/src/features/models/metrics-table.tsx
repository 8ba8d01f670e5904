import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { Table } from "@/ui/layout";
import { type Measure, measures, spoken } from "./metrics";

interface MetricsTableProps {
  metrics: Record<string, unknown>;
  label: string;
}

export function MetricsTable({ metrics, label }: MetricsTableProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const range = ({ interval }: Measure) =>
    interval === null ? "–" : `${number(interval[0], 3)} – ${number(interval[1], 3)}`;
  return (
    <Table label={label}>
      <thead>
        <tr>
          <th scope="col">{t("models.figure")}</th>
          <th scope="col">{t("models.value")}</th>
          <th scope="col">{t("models.interval")}</th>
          <th scope="col">{t("models.photos")}</th>
        </tr>
      </thead>
      <tbody>
        {measures(metrics).map((one) => (
          <tr key={one.name}>
            <th scope="row">{spoken(one.name)}</th>
            <td>{number(one.value, 3)}</td>
            <td>{range(one)}</td>
            <td>{one.n === null ? "–" : number(one.n, 0)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
