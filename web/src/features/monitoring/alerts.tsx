import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "@/lib/api";
import { queries } from "@/lib/queries";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { FailureState } from "@/ui/failure";
import { Actions, Badge, Card, Note, Skeleton } from "@/ui/layout";
import { Rows } from "@/ui/rows";
import { AlertRow } from "./alert-row";
import { NoteDialog } from "./note-dialog";
import { Section } from "./section";
import { MONITORING, useAlerts } from "./use-data";

type Alert = Schemas["AlertOut"];

/** How many are open stands beside the word. */
export function AlertsTitle({ live }: { live: boolean }) {
  const { t } = useTranslation();
  const alerts = useAlerts(live).data?.pages.flatMap((page) => page.items) ?? [];
  const open = alerts.filter((alert) => alert.state === "open").length;
  return (
    <>
      {t("monitoring.alerts")}
      {open > 0 && <Badge mood="warn">{open}</Badge>}
    </>
  );
}

/** What is not as it should be, or was; seen to with one press. */
export function Alerts({ live }: { live: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const query = useAlerts(live);
  const [closing, setClosing] = useState<Alert | null>(null);
  const [noting, setNoting] = useState<Alert | null>(null);
  const change = useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: Schemas["AlertPatch"] }) =>
      body(api.PATCH("/api/v1/monitoring/alerts/{alert_id}", { params: { path: { alert_id: id } }, body: patch })),
    onSettled: () => queries.invalidateQueries({ queryKey: [MONITORING] }),
  });
  const alerts = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("monitoring.alerts")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && (
        <FailureState
          title={t("failure.title")}
          detail={words(query.error)}
          again={t("action.again")}
          onAgain={() => void query.refetch()}
        />
      )}
      {query.isSuccess && alerts.length === 0 && <Note mood="good">{t("monitoring.no_alerts")}</Note>}
      {alerts.length > 0 && (
        <Card>
          <Rows label={t("monitoring.alerts")}>
            {alerts.map((alert) => (
              <AlertRow
                key={alert.id}
                alert={alert}
                onAcknowledge={() => change.mutate({ id: alert.id, patch: { state: "acknowledged" } })}
                onResolve={() => setClosing(alert)}
                onNote={() => setNoting(alert)}
              />
            ))}
          </Rows>
        </Card>
      )}
      {change.isError && (
        <Note mood="bad" announce>
          {words(change.error)}
        </Note>
      )}
      {query.hasNextPage && (
        <Actions>
          <Button tone="quiet" onPress={() => void query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
            {t("action.more")}
          </Button>
        </Actions>
      )}
      <Confirm
        title={t("monitoring.resolve_title")}
        text={closing?.kind === "drift" ? t("monitoring.resolve_drift") : t("monitoring.resolve_text")}
        yes={t("monitoring.resolve")}
        no={t("action.cancel")}
        isOpen={closing !== null}
        onYes={() => closing !== null && change.mutate({ id: closing.id, patch: { state: "resolved" } })}
        onClose={() => setClosing(null)}
      />
      <NoteDialog
        alert={noting}
        onClose={() => setNoting(null)}
        onSave={(id, note) => change.mutate({ id, patch: { note } })}
      />
    </Section>
  );
}
