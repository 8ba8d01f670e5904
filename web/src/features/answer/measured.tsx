import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Prediction, Schemas } from "@/lib/api";
import { Badge, Card, Meter, Note } from "@/ui/layout";
import styles from "./answer-page.module.css";
import { counts, noGrade } from "./words";

const WORST_GRADE = 6;

/** How many of each, and how good the lot is. */
export function Lot({ prediction }: { prediction: Prediction }) {
  const { t } = useTranslation();
  const { number, share } = useFormats();
  const each = counts(prediction);
  const { grade, grading, banana_count: total } = prediction;
  if (each.length === 0 && (grade === null || grade === undefined)) return null;
  const parts = grading?.components;
  return (
    <Card label={t("answer.lot")}>
      <div className={styles.headline}>
        <h2>{t("answer.lot")}</h2>
        {grade !== null && grade !== undefined && (
          <strong className={styles.grade}>
            <span className="visually-hidden">{t("answer.grade")}</span>
            {grade === "ungradable" ? t("answer.ungradable") : grade}
          </strong>
        )}
      </div>
      {grading?.message !== null && grading?.message !== undefined && <Note mood="warn">{grading.message}</Note>}
      {each.length > 0 && (
        <dl className={styles.counts}>
          {typeof total === "number" && (
            <div>
              <dt>{t("answer.total")}</dt>
              <dd>{number(total, 0)}</dd>
            </div>
          )}
          {each.map(([name, count]) => (
            <div key={name}>
              <dt>{t(`answer.${name}`)}</dt>
              <dd>{number(count, 0)}</dd>
            </div>
          ))}
        </dl>
      )}
      {parts !== null && parts !== undefined && (
        <details>
          <summary>{t("answer.grade_parts")}</summary>
          <div className={styles.parts}>
            <ul className={styles.likely}>
              {(["uniformity", "soundness", "window", "validity"] as const).map((name) => (
                <li key={name}>
                  <span>{t(`answer.part_${name}`)}</span>
                  <span>{share(parts[name])}</span>
                  <Meter value={parts[name]} label={t(`answer.part_${name}`)} />
                </li>
              ))}
            </ul>
            {grading?.columns && <Columns columns={grading.columns} />}
          </div>
        </details>
      )}
      {prediction.anomalies.map((one) => (
        <Note key={one.code} mood="warn">
          {one.message}
        </Note>
      ))}
    </Card>
  );
}

/** The grade that each measure allows by itself. */
function Columns({ columns }: { columns: Schemas["Columns"] }) {
  const { t } = useTranslation();
  return (
    <>
      <dl className={styles.counts}>
        {(["score", "defects", "over_ripe"] as const).map((name) => (
          <div key={name}>
            <dt>{t(`answer.column_${name}`)}</dt>
            <dd>{columns[name]}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.hint}>{t("answer.column_lowest")}</p>
    </>
  );
}

/** How sick the leaf is: its grade, and the share of its area with the band that holds the true one. */
export function LeafSeverity({ prediction }: { prediction: Prediction }) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const severity = prediction.severity;
  if (severity === null || severity === undefined) return null;
  const { grade, area_share: area, band, lesion_stage: stage } = severity;
  const none = noGrade(severity.reason);
  return (
    <Card label={t("answer.leaf")}>
      <div className={styles.headline}>
        <h2>{t("answer.leaf")}</h2>
        {grade !== null && (
          <strong className={styles.grade}>{t("answer.grade_of", { grade, worst: WORST_GRADE })}</strong>
        )}
      </div>
      {grade === null && <Note>{t(`answer.not_graded_${none.why}`, { ...none })}</Note>}
      {area !== null && (
        <div>
          <p className={styles.sure}>
            <strong>{t("answer.area")}</strong> <span>{share(area)}</span>
          </p>
          <Meter value={area} label={t("answer.area")} mood="warn" />
          {band !== null && (
            <p className={styles.hint}>{t("answer.band", { from: share(band[0]), to: share(band[1]) })}</p>
          )}
        </div>
      )}
      {stage !== null && (
        <p>
          {t("answer.stage")} <Badge>{t("answer.stage_of", { stage })}</Badge>
        </p>
      )}
      <p className={styles.hint}>{t("answer.scale")}</p>
    </Card>
  );
}
