import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { EmptyState, Note } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { ChartCard } from "./chart-card";
import { drift } from "./charts-service";
import type { Scope } from "./scope";
import { Charts, Section } from "./section";
import { useCodes } from "./use-codes";
import { useDrift } from "./use-data";
import { useRates } from "./use-rates";

/** Whether the photos of late are like those before. */
export function Drift({ scope, live }: { scope: Scope; live: boolean }) {
  const { t } = useTranslation();
  const query = useDrift(scope, live);
  return (
    <Section title={t("monitoring.drift")}>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon="plot" title={t("monitoring.no_drift")}>
              <p>{t("monitoring.no_drift_text")}</p>
            </EmptyState>
          ) : (
            <Charts>
              {items.map((one) => (
                <OneVersion key={`${one.model} ${one.model_version}`} of={one} />
              ))}
            </Charts>
          )
        }
      </Loaded>
    </Section>
  );
}

function OneVersion({ of }: { of: Schemas["DriftOut"] }) {
  const { t } = useTranslation();
  const { count } = useRates();
  const { subject } = useCodes();
  const state = of.drifting ? "drifting" : of.learning ? "learning" : "steady";
  return (
    <ChartCard
      title={t("monitoring.drift_of", { name: `${of.model} ${of.model_version}` })}
      about={
        <Note mood={of.drifting ? "warn" : of.learning ? "calm" : "good"}>
          {t(`monitoring.${state}`, { n: count(of.photos), baseline: count(of.baseline_photos) })}
        </Note>
      }
      chart={drift(of, t, subject)}
    />
  );
}
