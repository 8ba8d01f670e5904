import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Schemas } from "@/lib/api";
import { fetchFile } from "@/lib/fetch-file";
import { fileName, save } from "@/lib/save";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { type Figure, Figures } from "@/ui/figures";
import { Icon } from "@/ui/icon";
import { Actions, Badge, Card, EmptyState, type Mood, Note, Table } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { BarChart, LineChart } from "./charts";
import { rangeOf } from "./ranges";
import styles from "./surveys.module.css";
import { useReport, useVisits } from "./use-survey";

type Report = Schemas["Report"];

const MOODS: Record<NonNullable<Report["light"]>, Mood> = { green: "good", amber: "warn", red: "bad" };

/** What the survey says, as the server reckons it. */
export function ReportView({ server }: { server: string }) {
  const report = useReport(server);
  return (
    <Loaded query={report}>
      {(told) => (
        <>
          <Summary report={told} />
          <Files report={told} />
          <div className={styles.pair}>
            <ByRank report={told} />
            <ByPlant report={told} />
          </div>
          <Visits server={server} />
          <Missing report={told} />
        </>
      )}
    </Loaded>
  );
}

function Summary({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const range = report.mean_functional_leaves;
  const index = report.infection_index;
  const figures: Figure[] = [
    {
      name: t("surveys.index"),
      value: index === null ? "–" : `${number(index)} %`,
      note: report.light && <Badge mood={MOODS[report.light]}>{t(`surveys.light_${report.light}`)}</Badge>,
    },
    {
      name: t("surveys.youngest"),
      value: report.mean_youngest_leaf_spotted === null ? "–" : number(report.mean_youngest_leaf_spotted),
      note: t("surveys.youngest_note"),
    },
    {
      name: t("surveys.functional_leaves"),
      value: range === null ? "–" : rangeOf(range, number),
      note: t("surveys.functional_note"),
    },
    {
      name: t("surveys.seen"),
      value: t("surveys.plants_seen", { count: report.plants }),
      note: t("surveys.leaves_seen", { count: report.graded_leaves }),
    },
  ];
  return (
    <>
      <Figures figures={figures} />
      {report.outlook !== null && <Note>{t(`surveys.outlook_${report.outlook}`)}</Note>}
    </>
  );
}

function Files({ report }: { report: Report }) {
  const { t, i18n } = useTranslation();
  const words = useWords();
  const { survey } = report;
  const fetched = (format: string) =>
    fetchFile(`/api/v1/surveys/${survey.id}/report?format=${format}`, { "Accept-Language": i18n.language });
  const name = `${survey.plot} ${survey.visited_on}`;
  const csv = useMutation({ mutationFn: async () => save(fileName(name, "csv"), await fetched("csv")) });
  const html = useMutation({ mutationFn: async () => save(fileName(name, "html"), await fetched("html")) });
  return (
    <>
      <Actions>
        <Button tone="quiet" onPress={() => csv.mutate()}>
          <Icon name="download" />
          {t("surveys.csv")}
        </Button>
        <Button tone="quiet" onPress={() => html.mutate()}>
          <Icon name="download" />
          {t("surveys.print")}
        </Button>
      </Actions>
      {(csv.isError || html.isError) && (
        <Note mood="bad" announce>
          {words(csv.error ?? html.error)}
        </Note>
      )}
    </>
  );
}

function ByRank({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const bars = Object.entries(report.index_by_rank).map(([rank, value]) => ({ name: rank, value }));
  if (bars.length === 0) return null;
  return (
    <Card label={t("surveys.by_rank")}>
      <h2>{t("surveys.by_rank")}</h2>
      <BarChart
        bars={bars}
        axis={t("surveys.rank")}
        label={t("surveys.by_rank")}
        format={(one) => `${number(one, 0)} %`}
      />
      <p className={styles.notes}>{t("surveys.formula", { formula: report.formula })}</p>
    </Card>
  );
}

function Visits({ server }: { server: string }) {
  const { t } = useTranslation();
  const { date, number } = useFormats();
  const visits = useVisits(server);
  const all = visits.data?.visits ?? [];
  const points = all.flatMap((one) =>
    one.infection_index === null ? [] : [{ at: Date.parse(one.visited_on), value: one.infection_index }],
  );
  if (all.length < 2) return null;
  const figure = (value: number | null, unit = "") => (value === null ? "–" : `${number(value)}${unit}`);
  return (
    <Card label={t("surveys.visits")}>
      <h2>{t("surveys.visits")}</h2>
      <div className={styles.visits}>
        <LineChart points={points} label={t("surveys.visits")} format={(one) => `${number(one, 0)} %`} />
        <Table label={t("surveys.visits")}>
          <thead>
            <tr>
              <th scope="col">{t("surveys.visited_on")}</th>
              <th scope="col">{t("surveys.index")}</th>
              <th scope="col">{t("surveys.youngest")}</th>
              <th scope="col">{t("surveys.plants")}</th>
              <th scope="col">{t("surveys.last_treatment_on")}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.survey_id} aria-current={one.survey_id === server || undefined}>
                <th scope="row">{date(`${one.visited_on}T00:00`)}</th>
                <td>{figure(one.infection_index, " %")}</td>
                <td>{figure(one.mean_youngest_leaf_spotted)}</td>
                <td>{one.plants}</td>
                <td>{one.last_treatment_on === null ? "–" : date(`${one.last_treatment_on}T00:00`)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </Card>
  );
}

function ByPlant({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  if (report.by_plant.length === 0) {
    return (
      <EmptyState icon="leaf" title={t("surveys.no_plant")}>
        <p>{t("surveys.no_plant_why")}</p>
      </EmptyState>
    );
  }
  return (
    <Card label={t("surveys.by_plant")}>
      <h2>{t("surveys.by_plant")}</h2>
      <Table label={t("surveys.by_plant")}>
        <thead>
          <tr>
            <th scope="col">{t("surveys.label")}</th>
            <th scope="col">{t("surveys.graded")}</th>
            <th scope="col">{t("surveys.index")}</th>
            <th scope="col">{t("surveys.youngest")}</th>
            <th scope="col">{t("surveys.functional_leaves")}</th>
          </tr>
        </thead>
        <tbody>
          {report.by_plant.map((plant) => {
            const youngest = plant.youngest_leaf_spotted;
            return (
              <tr key={plant.label}>
                <th scope="row">{plant.label}</th>
                <td>{plant.graded_leaves}</td>
                <td>{plant.infection_index === null ? "–" : `${number(plant.infection_index)} %`}</td>
                <td>{youngest === null ? "–" : youngest.none ? t("surveys.youngest_none") : youngest.rank}</td>
                <td>{rangeOf(plant.functional_leaves)}</td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </Card>
  );
}

function Missing({ report }: { report: Report }) {
  const { t } = useTranslation();
  if (report.missing.length === 0) return <Note mood="good">{t("surveys.whole")}</Note>;
  return (
    <Card label={t("surveys.missing")}>
      <h2>{t("surveys.missing")}</h2>
      <ul>
        {report.missing.map((one) => (
          <li key={`${one.code} ${one.plant} ${one.ranks.join()}`}>{one.text}</li>
        ))}
      </ul>
    </Card>
  );
}
