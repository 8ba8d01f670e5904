import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocalized } from "@/i18n/localized";
import type { Schemas } from "@/lib/api";
import { useLabels } from "@/lib/packs";
import { Facts } from "@/ui/figures";
import { Badge, Card, EmptyState, type Mood } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { TextField } from "@/ui/text-field";
import styles from "./models.module.css";

type Label = Schemas["LabelOut"];

const MOODS: Record<Label["severity"], Mood> = {
  info: "calm",
  watch: "calm",
  act: "warn",
  urgent: "bad",
  notify: "bad",
};

/** Every answer that the model can give, with the texts that a person sees. */
export function Labels({ pack }: { pack: string }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const labels = useLabels(pack);
  const [wanted, setWanted] = useState("");
  const fits = (label: Label) =>
    `${label.class_name} ${localized(label.title)}`.toLowerCase().includes(wanted.trim().toLowerCase());
  return (
    <Loaded query={labels}>
      {({ items }) => {
        const shown = items.filter(fits);
        return (
          <Card label={t("models.labels")}>
            <TextField label={t("models.search")} type="search" value={wanted} onChange={setWanted} />
            {shown.length === 0 && (
              <EmptyState icon="search" title={t("models.nothing_fits")}>
                <p>{t("models.nothing_fits_text")}</p>
              </EmptyState>
            )}
            {shown.map((label) => (
              <OneLabel key={label.class_id} label={label} />
            ))}
          </Card>
        );
      }}
    </Loaded>
  );
}

function OneLabel({ label }: { label: Label }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const texts = [
    { name: t("models.symptoms"), value: localized(label.symptoms) },
    { name: t("models.handling"), value: localized(label.handling) },
    { name: t("models.pathogen"), value: label.pathogen ?? "" },
    { name: t("models.eppo"), value: label.eppo.join(", ") },
    { name: t("models.prevention"), value: localized(label.treatments?.prevention) },
    { name: t("models.biological"), value: localized(label.treatments?.biological) },
    { name: t("models.chemical"), value: localized(label.treatments?.chemical_class) },
    { name: t("models.sources"), value: label.sources.join(" · ") },
  ];
  return (
    <details className={styles.label}>
      <summary>
        <strong>{localized(label.title)}</strong>
        <code>{label.class_name}</code>
        <Badge mood={MOODS[label.severity]}>{t(`models.severity_${label.severity}`)}</Badge>
      </summary>
      <div>
        <p>{localized(label.description)}</p>
        <Facts facts={texts.filter((one) => one.value !== "")} />
      </div>
    </details>
  );
}
