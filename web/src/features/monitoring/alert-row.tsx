import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Schemas } from "@/lib/api";
import { Button } from "@/ui/button";
import { Actions, Badge, type Mood } from "@/ui/layout";
import { Row } from "@/ui/rows";
import { useCodes } from "./use-codes";

type Alert = Schemas["AlertOut"];

interface AlertRowProps {
  alert: Alert;
  onAcknowledge: () => void;
  onResolve: () => void;
  onNote: () => void;
}

const STATES: Record<Alert["state"], Mood> = { open: "warn", acknowledged: "calm", resolved: "good" };

export function AlertRow({ alert, onAcknowledge, onResolve, onNote }: AlertRowProps) {
  const { t } = useTranslation();
  const { moment, number } = useFormats();
  const { subject } = useCodes();
  const name = t("monitoring.subject", { kind: t(`monitoring.kind_${alert.kind}`), subject: subject(alert.subject) });
  const where = [alert.model, alert.model_version, alert.machine].filter((one) => one !== null).join(" ");
  const facts = [
    ...(where === "" ? [] : [where]),
    t("monitoring.value_over", { value: number(alert.value, 3), threshold: number(alert.threshold, 3) }),
    t("monitoring.opened", { moment: moment(alert.opened_at) }),
    alert.closed_at === null
      ? t("monitoring.last_seen", { moment: moment(alert.last_seen_at) })
      : t("monitoring.closed", { moment: moment(alert.closed_at) }),
  ];
  const act = (verb: string) => t("monitoring.act_on", { verb, name });
  return (
    <Row
      title={
        <>
          <strong>{name}</strong>
          {alert.state !== "resolved" && (
            <Badge mood={alert.severity === "critical" ? "bad" : "warn"}>
              {t(`monitoring.severity_${alert.severity}`)}
            </Badge>
          )}
          <Badge mood={STATES[alert.state]}>{t(`monitoring.state_${alert.state}`)}</Badge>
        </>
      }
      note={
        <>
          <p>{facts.join(" · ")}</p>
          {alert.note !== null && <p>{`“${alert.note}”`}</p>}
          <Actions>
            {alert.state === "open" && (
              <Button tone="plain" onPress={onAcknowledge} aria-label={act(t("monitoring.acknowledge"))}>
                {t("monitoring.acknowledge")}
              </Button>
            )}
            {alert.state !== "resolved" && (
              <Button tone="plain" onPress={onResolve} aria-label={act(t("monitoring.resolve"))}>
                {t("monitoring.resolve")}
              </Button>
            )}
            <Button tone="plain" onPress={onNote} aria-label={act(t("monitoring.note"))}>
              {t("monitoring.note")}
            </Button>
          </Actions>
        </>
      }
    />
  );
}
