import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Prediction } from "@/lib/api";
import { buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Badge, Card, Meter, type Mood, Note } from "@/ui/layout";
import styles from "./answer-page.module.css";
import { findsThings, type Label, type Pack } from "./use-pack";
import { nextLikely, POOR, sureness, tips } from "./words";

/** No photo makes anybody surer than this. */
const SUREST = 0.99;
/** Refusals of what this model has not learnt. */
const OF_OTHER_PLANTS: readonly string[] = ["unknown_crop", "not_in_pack"];

interface PartProps {
  prediction: Prediction;
  pack: Pack;
}

const SEVERITY: Record<Label["severity"], Mood> = {
  info: "good",
  watch: "warn",
  act: "warn",
  urgent: "bad",
  notify: "bad",
};

/** What it is, and how sure. */
export function Result({ prediction, pack }: PartProps) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const { result } = prediction;
  if (result === null || result === undefined) return null;
  const known = pack.label(result.class_name);
  const finds = findsThings(pack);
  const confidence = Math.min(SUREST, result.confidence);
  const sure = result.confidence > SUREST ? `> ${share(SUREST)}` : share(confidence);
  const word = t(`answer.sure_${sureness(result.confidence)}`);
  return (
    <Card label={t("answer.result")}>
      <div className={styles.headline}>
        <h2>{finds ? t("answer.mostly", { name: pack.title(result.class_name) }) : pack.title(result.class_name)}</h2>
        {known !== undefined && worthSaying(known, pack) && (
          <Badge mood={SEVERITY[known.severity]}>{t(`answer.severity_${known.severity}`)}</Badge>
        )}
      </div>
      <div>
        <p className={styles.sure}>
          <strong>{word}</strong> <span>{sure}</span>
        </p>
        <Meter
          value={result.confidence}
          label={t("answer.how_sure")}
          text={`${sure}, ${word}`}
          mood={result.confidence < 0.6 ? "warn" : "calm"}
        />
        <p className={styles.hint}>
          {finds ? t("answer.mean_sure") : t("answer.calibrated", { count: Math.round(confidence * 100) })}
        </p>
      </div>
      <Next prediction={prediction} pack={pack} />
      {(prediction.warnings ?? []).map(
        (warning) =>
          warning !== "user_id_ignored" && (
            <Note key={warning} mood="warn">
              {t(`answer.warning_${warning}`)}
            </Note>
          ),
      )}
    </Card>
  );
}

/** A healthy plant is good news; of fruit, and of what hardly harms, there is nothing to say. */
function worthSaying({ severity, treatments }: Label, pack: Pack): boolean {
  return severity !== "info" || (treatments === null && pack.detail?.subject === "plant");
}

/** What else it may be, by each question that the model answers. */
function Next({ prediction, pack }: PartProps) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const heads = Object.entries(prediction.heads)
    .map(([name, head]) => ({ name, likely: nextLikely(head) }))
    .filter(({ likely }) => likely.length > 0);
  if (heads.length === 0) return null;
  return (
    <div className={styles.next}>
      <h3>{t("answer.next")}</h3>
      {heads.map(({ name, likely }) => (
        <ul key={name} className={styles.likely} aria-label={pack.headTitle(name)}>
          {likely.map(({ label, confidence }) => (
            <li key={label}>
              <span>{pack.headLabel(name, label)}</span>
              <span>{share(confidence)}</span>
              <Meter value={confidence} label={pack.headLabel(name, label)} />
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
}

/** Why there is no answer, and how the next photo gets one. */
export function Refused({ prediction, pack }: PartProps) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const { refusal, quality } = prediction;
  if (refusal === null || refusal === undefined) return null;
  const { message, advice } = pack.refusal(refusal);
  const measured = [
    ["sharpness", quality.sharpness],
    ["exposure", quality.exposure],
    ["size", quality.size],
  ] as const;
  return (
    <Card label={t("answer.refused")}>
      <h2>{message}</h2>
      <p>{advice}</p>
      {OF_OTHER_PLANTS.includes(refusal.code) && (
        <p>
          <Link to="/models/$pack" params={{ pack: prediction.model }}>
            {t("answer.knows")}
          </Link>
        </p>
      )}
      <h3>{t("answer.better")}</h3>
      <ul>
        {tips(quality).map((tip) => (
          <li key={tip}>{t(`answer.tip_${tip}`)}</li>
        ))}
      </ul>
      {measured.some(([, score]) => score < POOR) && (
        <ul className={styles.likely} aria-label={t("answer.quality")}>
          {measured.map(([name, score]) => (
            <li key={name}>
              <span>{t(`answer.quality_${name}`)}</span>
              <span>{share(score)}</span>
              <Meter value={score} label={t(`answer.quality_${name}`)} mood={score < POOR ? "warn" : "calm"} />
            </li>
          ))}
        </ul>
      )}
      <Link to="/scan" className={buttonClass("main")}>
        <Icon name="camera" />
        {t("answer.scan_again")}
      </Link>
    </Card>
  );
}
