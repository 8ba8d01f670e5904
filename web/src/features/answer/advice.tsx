import { useTranslation } from "react-i18next";
import { useLocalized } from "@/i18n/localized";
import { Card, Note } from "@/ui/layout";
import styles from "./answer-page.module.css";
import type { Pack } from "./use-pack";

const TREATMENTS = ["prevention", "biological", "chemical_class"] as const;

/** What is known of it and what to do, with who says so; the safety wording stands before any treatment. */
export function Advice({ className, pack }: { className: string; pack: Pack }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const label = pack.label(className);
  if (label === undefined) return null;
  const treatments = label.treatments;
  return (
    <Card label={t("answer.about")}>
      <h2>{t("answer.about")}</h2>
      <p>{localized(label.description)}</p>
      {label.pathogen !== null && (
        <p>
          <strong>{t("answer.cause")}</strong> <i>{label.pathogen}</i>
        </p>
      )}
      {label.symptoms !== null && (
        <>
          <h3>{t("answer.symptoms")}</h3>
          <p>{localized(label.symptoms)}</p>
        </>
      )}
      {label.handling !== null && label.handling !== undefined && (
        <>
          <h3>{t("answer.handling")}</h3>
          <p>{localized(label.handling)}</p>
        </>
      )}
      {pack.detail?.safety !== null && pack.detail !== undefined && (
        <Note mood="warn">{localized(pack.detail.safety)}</Note>
      )}
      {treatments !== null && (
        <>
          <h3>{t("answer.treatments")}</h3>
          <ol className={styles.steps}>
            {TREATMENTS.map((kind) => (
              <li key={kind}>
                <strong>{t(`answer.${kind}`)}</strong>
                <p>{localized(treatments[kind])}</p>
              </li>
            ))}
          </ol>
        </>
      )}
      {label.sources.length > 0 && (
        <details>
          <summary>{t("answer.sources")}</summary>
          <ul className={styles.sources}>
            {label.sources.map((source) => (
              <li key={source}>{source}</li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
