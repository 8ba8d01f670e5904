import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { Figures } from "@/ui/figures";
import { Loaded } from "@/ui/loaded";
import { ChartCard } from "./chart-card";
import { answersByDay, inferenceTime, satisfaction, satisfactionSplit } from "./charts-answers";
import type { Scope } from "./scope";
import { Charts, Section } from "./section";
import { useStatistics } from "./use-data";
import { usePens } from "./use-pens";
import { useRates } from "./use-rates";

/** How much was asked, how fast it was answered, how satisfied people are. */
export function Answers({ scope, live }: { scope: Scope; live: boolean }) {
  const { t } = useTranslation();
  const pens = usePens();
  const query = useStatistics(scope, live);
  const when = query.data && `${pens.x(query.data.start_date, "day")} – ${pens.x(query.data.end_date, "day")} (UTC)`;
  return (
    <Section title={t("monitoring.answers")} when={when}>
      <Loaded query={query}>{(statistics) => <Shown statistics={statistics} />}</Loaded>
    </Section>
  );
}

function Shown({ statistics }: { statistics: Schemas["Statistics"] }) {
  const { t } = useTranslation();
  const { ms, count, rate } = useRates();
  const times = statistics.inference_ms;
  return (
    <>
      <Figures
        figures={[
          { name: t("monitoring.total"), value: count(statistics.total_predictions) },
          rate(t("monitoring.success"), statistics.success_rate),
          rate(t("monitoring.satisfaction"), statistics.satisfaction),
          {
            name: t("monitoring.inference"),
            value: ms(times.mean),
            note: t("monitoring.from_to", { low: ms(times.min), high: ms(times.max) }),
          },
          { name: t("monitoring.p50"), value: ms(times.p50) },
          { name: t("monitoring.p95"), value: ms(times.p95), note: t("monitoring.p99_is", { value: ms(times.p99) }) },
        ]}
      />
      <Charts>
        <ChartCard
          title={t("monitoring.inference_by_day")}
          about={t("monitoring.inference_about")}
          chart={inferenceTime(statistics, t)}
        />
        <ChartCard title={t("monitoring.answers_by_day")} chart={answersByDay(statistics, t)} />
        <ChartCard
          title={t("monitoring.satisfaction_by_day")}
          about={t("monitoring.points_about")}
          chart={satisfaction(statistics, t)}
        />
        <ChartCard title={t("monitoring.satisfaction_split")} chart={satisfactionSplit(statistics, t)} />
      </Charts>
    </>
  );
}
