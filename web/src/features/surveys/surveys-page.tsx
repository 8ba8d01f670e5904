import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useOnline } from "@/lib/online";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Badge, Card, EmptyState, Note, Page, Skeleton } from "@/ui/layout";
import { Row, Rows } from "@/ui/rows";
import { BeginSurvey } from "./begin-survey";
import { type Plot, plotsOf } from "./plots";
import { useKept, useListed } from "./use-survey";

/** All walks, by plot. Those that wait on this device are among them. */
export function SurveysPage() {
  const { t } = useTranslation();
  const words = useWords();
  const online = useOnline();
  const kept = useKept();
  const listed = useListed();
  const heads = (listed.data?.pages ?? []).flatMap((page) => page.items);
  const plots = plotsOf(heads, kept.data ?? []);
  const waiting = kept.isPending || listed.isLoading;
  return (
    <Page title={t("nav.surveys")} lead={t("surveys.lead")} actions={<BeginSurvey />}>
      {listed.isError && online && (
        <Note mood="warn" announce>
          {words(listed.error)}
        </Note>
      )}
      {waiting && plots.length === 0 && <Skeleton label={t("state.loading")} />}
      {!waiting && plots.length === 0 && (
        <EmptyState icon="map" title={t("surveys.none")}>
          <p>{t("surveys.none_why")}</p>
        </EmptyState>
      )}
      {plots.map((plot) => (
        <PlotCard key={plot.name} plot={plot} />
      ))}
      {listed.hasNextPage && (
        <Button tone="quiet" onPress={() => void listed.fetchNextPage()} isDisabled={listed.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </Page>
  );
}

function PlotCard({ plot }: { plot: Plot }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  return (
    <Card label={plot.name}>
      <h2>{plot.name}</h2>
      <Rows label={t("surveys.visits_to", { plot: plot.name })}>
        {plot.visits.map((visit) => (
          <Row
            key={visit.id}
            title={
              <>
                <Link to="/surveys/$id" params={{ id: visit.id }}>
                  {date(`${visit.visitedOn}T00:00`)}
                </Link>
                {visit.waits && <Badge mood="warn">{t("surveys.waits")}</Badge>}
              </>
            }
            note={visit.cultivar ?? undefined}
          />
        ))}
      </Rows>
      <div>
        <BeginSurvey plot={plot.name} tone="quiet" />
      </div>
    </Card>
  );
}
