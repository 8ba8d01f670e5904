import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useLocalized } from "@/i18n/localized";
import type { Schemas } from "@/lib/api";
import { Facts } from "@/ui/figures";
import { Card, Note } from "@/ui/layout";
import { Markdown } from "./markdown";
import { MetricsTable } from "./metrics-table";
import styles from "./models.module.css";
import { taskOf } from "./tasks";

type Model = Schemas["ModelDetail"];

export function Overview({ model }: { model: Model }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  return (
    <>
      {model.safety !== null && <Note mood="warn">{localized(model.safety)}</Note>}
      <div className={styles.parts}>
        <Card label={t("models.facts")}>
          <h2>{t("models.facts")}</h2>
          <About model={model} />
        </Card>
        <Card label={t("models.refusals")}>
          <h2>{t("models.refusals")}</h2>
          <Refusals model={model} />
        </Card>
      </div>
      <Card label={t("models.metrics")}>
        <h2>{t("models.metrics")}</h2>
        <p className={styles.soft}>{t("models.metrics_text")}</p>
        <MetricsTable metrics={model.metrics} label={t("models.metrics")} />
      </Card>
      {model.card !== null && (
        <Card label={t("models.card")}>
          <Markdown text={model.card} label={t("models.card")} top={2} />
        </Card>
      )}
    </>
  );
}

function About({ model }: { model: Model }) {
  const { t } = useTranslation();
  const { bytes, number, share } = useFormats();
  const localized = useLocalized();
  return (
    <Facts
      facts={[
        { name: t("models.name"), value: model.name, code: true },
        { name: t("models.active_version"), value: model.version },
        { name: t("models.task"), value: t(`models.task_${taskOf(model.task)}`) },
        { name: t("models.heads"), value: model.heads.map((head) => localized(head.title)).join(", ") },
        { name: t("models.classes_n"), value: number(model.classes, 0) },
        { name: t("models.input"), value: `${model.input.width} × ${model.input.height}` },
        { name: t("models.min_confidence"), value: share(model.thresholds.min_confidence) },
        { name: t("models.runtime"), value: model.runtime ?? "–" },
        { name: t("models.size"), value: bytes(model.size_bytes) },
        { name: t("models.sha256"), value: model.sha256, code: true },
        { name: t("models.licence"), value: model.licence.weights },
        ...(model.licence.doubts === "" ? [] : [{ name: t("models.doubts"), value: model.licence.doubts }]),
      ]}
    />
  );
}

function Refusals({ model }: { model: Model }) {
  const { number } = useFormats();
  const { t } = useTranslation();
  const localized = useLocalized();
  const rules = new Map(model.thresholds.refusals.map((rule) => [rule.code as string, rule.threshold]));
  return (
    <Facts
      facts={Object.entries(model.refusals).map(([code, said]) => {
        const threshold = rules.get(code);
        const limit = threshold === undefined ? "" : ` (${t("models.threshold", { value: number(threshold, 3) })})`;
        return { name: code, value: `${localized(said.message)}${limit}` };
      })}
    />
  );
}
