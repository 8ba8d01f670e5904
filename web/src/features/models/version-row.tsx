import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Schemas } from "@/lib/api";
import { Button } from "@/ui/button";
import { Badge, type Mood } from "@/ui/layout";
import { Row } from "@/ui/rows";
import { MetricsTable } from "./metrics-table";

type Version = Schemas["VersionOut"];

interface VersionRowProps {
  version: Version;
  /** Null for whoever may not. */
  onActivate: (() => void) | null;
  busy: boolean;
}

const MOODS: Record<Version["state"], Mood> = { active: "good", ready: "calm", retired: "calm" };

export function VersionRow({ version, onActivate, busy }: VersionRowProps) {
  const { t } = useTranslation();
  const { bytes, moment } = useFormats();
  const facts = [
    t(`models.origin_${version.origin}`),
    bytes(version.size_bytes),
    t("models.added", { moment: moment(version.created) }),
    ...(version.activated === null ? [] : [t("models.activated", { moment: moment(version.activated) })]),
    version.licence.weights,
  ];
  return (
    <Row
      title={
        <>
          <strong>{version.version}</strong>
          <Badge mood={MOODS[version.state]}>{t(`models.state_${version.state}`)}</Badge>
        </>
      }
      note={
        <>
          <p>{facts.join(" · ")}</p>
          <details>
            <summary>{t("models.metrics")}</summary>
            <MetricsTable metrics={version.metrics} label={t("models.metrics_of", { version: version.version })} />
          </details>
        </>
      }
      actions={
        onActivate !== null &&
        !version.active && (
          <Button
            tone="quiet"
            onPress={onActivate}
            isDisabled={busy}
            aria-label={t("models.activate_of", { version: version.version })}
          >
            {t("models.activate")}
          </Button>
        )
      }
    />
  );
}
