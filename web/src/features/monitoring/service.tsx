import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { Figures } from "@/ui/figures";
import { Loaded } from "@/ui/loaded";
import { ChartCard } from "./chart-card";
import { counted, histogram, machine, requests, times } from "./charts-service";
import type { Scope } from "./scope";
import { Charts, Section } from "./section";
import { useCodes } from "./use-codes";
import { usePerformance } from "./use-data";
import { usePens } from "./use-pens";
import { useRates } from "./use-rates";

type Performance = Schemas["Performance"];

/** How models, requests and machines do, up to now. */
export function Service({ scope, live }: { scope: Scope; live: boolean }) {
  const { t } = useTranslation();
  const pens = usePens();
  const query = usePerformance(scope, live);
  const when = query.data && `${pens.x(query.data.start, "moment")} – ${pens.x(query.data.end, "moment")}`;
  return (
    <Section title={t("monitoring.service")} when={when}>
      <Loaded query={query}>
        {(of) => (
          <>
            <Numbers of={of} />
            <Charts>
              <Traffic of={of} />
              <Photos of={of} />
              <Machine of={of} />
            </Charts>
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Numbers({ of }: { of: Performance }) {
  const { t } = useTranslation();
  const { ms, count, share, rate } = useRates();
  return (
    <Figures
      figures={[
        { name: t("monitoring.requests_n"), value: count(of.requests.n) },
        rate(t("monitoring.error_rate"), of.requests.errors),
        {
          name: t("monitoring.latency"),
          value: ms(of.requests.latency_ms.p50),
          note: t("monitoring.p95_is", { value: ms(of.requests.latency_ms.p95) }),
        },
        {
          name: t("monitoring.queue"),
          value: ms(of.queue_ms.mean),
          note: t("monitoring.p95_is", { value: ms(of.queue_ms.p95) }),
        },
        { name: t("monitoring.confidence"), value: share(of.confidence.mean ?? null) },
        rate(t("monitoring.poor"), of.quality.poor),
        {
          name: t("monitoring.disk"),
          value: share(of.resources.disk.mean ?? null),
        },
      ]}
    />
  );
}

function Traffic({ of }: { of: Performance }) {
  const { t } = useTranslation();
  const { error } = useCodes();
  return (
    <>
      <ChartCard title={t("monitoring.times")} chart={times(of, t)} />
      <ChartCard title={t("monitoring.requests")} about={t("monitoring.requests_about")} chart={requests(of, t)} />
      <ChartCard
        title={t("monitoring.codes")}
        chart={counted(of.requests.codes, t("monitoring.code"), t("monitoring.requests_n"), "sky", error)}
      />
    </>
  );
}

function Photos({ of }: { of: Performance }) {
  const { t } = useTranslation();
  const { refusal } = useCodes();
  const photos = t("monitoring.photos");
  return (
    <>
      <ChartCard
        title={t("monitoring.confidence_spread")}
        chart={histogram(of.confidence, t("monitoring.confidence"), t("monitoring.total"), "leaf")}
      />
      <ChartCard
        title={t("monitoring.class_mix")}
        chart={counted(of.classes, t("monitoring.class"), t("monitoring.total"), "leaf")}
      />
      <ChartCard
        title={t("monitoring.refusals")}
        chart={counted(of.refusals, t("monitoring.reason"), t("monitoring.refused"), "sun", refusal)}
      />
      <ChartCard
        title={t("monitoring.quality")}
        chart={histogram(of.quality.score, t("monitoring.quality_score"), photos, "sky")}
      />
      <ChartCard
        title={t("monitoring.brightness")}
        chart={histogram(of.input.brightness, t("monitoring.luma"), photos, "sky")}
      />
    </>
  );
}

function Machine({ of }: { of: Performance }) {
  const { t } = useTranslation();
  const about = of.resources.gpu.n === 0 ? t("monitoring.no_gpu") : undefined;
  return <ChartCard title={t("monitoring.machine")} {...(about !== undefined && { about })} chart={machine(of, t)} />;
}
