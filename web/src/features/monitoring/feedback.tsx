import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { Figures } from "@/ui/figures";
import { Card, EmptyState, Table } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { Row, Rows } from "@/ui/rows";
import { ChartCard } from "./chart-card";
import { accuracyByClass, accuracyByDay, classLines, confidenceByDay, readable } from "./charts-feedback";
import { Confused } from "./confusion";
import type { Scope } from "./scope";
import { Charts, Section } from "./section";
import { useFeedback } from "./use-data";
import { useRates } from "./use-rates";

type Stats = Schemas["FeedbackStats"];

/** How often people say that the answers are right. */
export function Feedback({ scope, live }: { scope: Scope; live: boolean }) {
  const { t } = useTranslation();
  const query = useFeedback(scope, live);
  return (
    <Section title={t("monitoring.feedback")}>
      <Loaded query={query}>
        {(stats) =>
          stats.total_predictions === 0 ? (
            <EmptyState icon="plot" title={t("monitoring.no_answers")}>
              <p>{t("monitoring.no_answers_text")}</p>
            </EmptyState>
          ) : (
            <Shown stats={stats} />
          )
        }
      </Loaded>
    </Section>
  );
}

function Shown({ stats }: { stats: Stats }) {
  const { t } = useTranslation();
  const { count, rate } = useRates();
  return (
    <>
      <Figures
        figures={[
          rate(t("monitoring.accuracy"), stats.overall_accuracy),
          rate(t("monitoring.feedback_rate"), stats.feedback_rate),
          { name: t("monitoring.said_right"), value: count(stats.correct_predictions) },
          { name: t("monitoring.said_wrong"), value: count(stats.incorrect_predictions) },
        ]}
      />
      <Charts>
        <ChartCard
          title={t("monitoring.accuracy_by_day")}
          about={t("monitoring.accuracy_about")}
          chart={accuracyByDay(stats, t)}
        />
        <ChartCard title={t("monitoring.accuracy_by_class")} chart={accuracyByClass(stats, t)} />
        <ChartCard
          title={t("monitoring.confidence_by_day")}
          about={t("monitoring.confidence_about")}
          chart={confidenceByDay(stats, t)}
        />
        {stats.problem_classes.length > 0 && <Problems problems={stats.problem_classes} />}
      </Charts>
      <Confused confusion={stats.confusion} />
      <Classes stats={stats} />
    </>
  );
}

function Problems({ problems }: { problems: Stats["problem_classes"] }) {
  const { t } = useTranslation();
  const { rate } = useRates();
  return (
    <Card label={t("monitoring.problems")}>
      <h3>{t("monitoring.problems")}</h3>
      <Rows label={t("monitoring.problems")}>
        {problems.map((one) => {
          const right = rate("", one.accuracy);
          return (
            <Row
              key={`${one.model} ${one.class_name}`}
              title={<strong>{readable(one.class_name)}</strong>}
              note={`${t("monitoring.right_share", { share: right.value })} · ${right.note} · ${one.model}`}
            />
          );
        })}
      </Rows>
    </Card>
  );
}

function Classes({ stats }: { stats: Stats }) {
  const { t } = useTranslation();
  const { count, rate } = useRates();
  return (
    <>
      <h3>{t("monitoring.classes")}</h3>
      <Table label={t("monitoring.classes")}>
        <thead>
          <tr>
            <th scope="col">{t("monitoring.class")}</th>
            <th scope="col">{t("monitoring.total")}</th>
            <th scope="col">{t("monitoring.feedback_n")}</th>
            <th scope="col">{t("monitoring.said_right")}</th>
            <th scope="col">{t("monitoring.said_wrong")}</th>
            <th scope="col">{t("monitoring.right")}</th>
            <th scope="col">{t("monitoring.interval_name")}</th>
          </tr>
        </thead>
        <tbody>
          {classLines(stats).map(({ name, of }) => {
            const right = rate("", of.accuracy);
            return (
              <tr key={name}>
                <th scope="row">{readable(name)}</th>
                <td>{count(of.total_predictions)}</td>
                <td>{count(of.total_feedback)}</td>
                <td>{count(of.correct)}</td>
                <td>{count(of.incorrect)}</td>
                <td>{right.value}</td>
                <td>{right.note}</td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </>
  );
}
