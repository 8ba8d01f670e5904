import { useState } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/text-field";
import styles from "./feedback.module.css";
import type { Saying } from "./use-feedback";
import type { Feedback } from "./verdicts";

const RATINGS = [1, 2, 3, 4, 5] as const;

interface UsefulProps {
  satisfied: boolean | null;
  /** Whether it is all that is said, so that it cannot be left open. */
  needed: boolean;
  busy: boolean;
  onSay: (satisfied: boolean | null) => void;
}

export function Useful({ satisfied, needed, busy, onSay }: UsefulProps) {
  const { t } = useTranslation();
  return (
    <Row label={t("feedback.useful")}>
      {([true, false] as const).map((useful) => (
        <ToggleButton
          key={String(useful)}
          className={styles.pick ?? ""}
          isDisabled={busy}
          isSelected={satisfied === useful}
          onChange={(on) => onSay(on || needed ? useful : null)}
        >
          {t(useful ? "feedback.yes" : "feedback.no")}
        </ToggleButton>
      ))}
    </Row>
  );
}

interface MoreProps {
  feedback: Feedback;
  say: Saying["say"];
  busy: boolean;
}

/** How sure the person is, and words of their own. Each is saved by itself. */
export function More({ feedback, say, busy }: MoreProps) {
  const { t } = useTranslation();
  const [comment, setComment] = useState(feedback.comment ?? "");
  return (
    <details>
      <summary>{t("feedback.more")}</summary>
      <div className={styles.more}>
        <Row label={t("feedback.sure")}>
          {RATINGS.map((rating) => (
            <ToggleButton
              key={rating}
              className={styles.pick ?? ""}
              aria-label={t("feedback.rating", { rating })}
              isDisabled={busy}
              isSelected={feedback.confidence_rating === rating}
              onChange={(on) => say({ confidence_rating: on ? rating : null })}
            >
              {rating}
            </ToggleButton>
          ))}
        </Row>
        <TextField label={t("feedback.comment")} long maxLength={2000} value={comment} onChange={setComment} />
        <Button
          tone="quiet"
          isDisabled={busy || comment.trim() === (feedback.comment ?? "")}
          onPress={() => say({ comment: comment.trim() || null })}
        >
          {t("action.save")}
        </Button>
      </div>
    </details>
  );
}

function Row({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a form.
    <div className={styles.row} role="group" aria-label={label}>
      <span>{label}</span>
      <div className={styles.picks}>{children}</div>
    </div>
  );
}
