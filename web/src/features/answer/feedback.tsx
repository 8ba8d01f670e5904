import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prediction } from "@/lib/api";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Card, Note } from "@/ui/layout";
import styles from "./feedback.module.css";
import { LabelSearch } from "./label-search";
import { More } from "./more";
import type { Saying } from "./use-feedback";
import { findsThings, type Pack } from "./use-pack";
import { nextLikely } from "./words";

interface FeedbackProps {
  prediction: Prediction;
  pack: Pack;
  saying: Saying;
}

/** Right, wrong or cannot tell: one tap, a second for what it really is. */
export function Feedback({ prediction, pack, saying }: FeedbackProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { feedback, say, undo, busy, error } = saying;
  const [wrong, setWrong] = useState(false);
  const [doubt, setDoubt] = useState(false);
  const predicted = prediction.result?.class_name ?? null;
  const told = (said: Parameters<typeof say>[0]) => {
    setWrong(false);
    setDoubt(false);
    say(said);
  };
  return (
    <Card label={t("feedback.title")}>
      <h2>{t(prediction.refused ? "feedback.ask_refusal" : "feedback.ask")}</h2>
      {feedback === null && !doubt && (
        <div className={styles.verdicts}>
          <Button tone="quiet" isDisabled={busy} onPress={() => told({ is_correct: true })}>
            <Icon name="check" />
            {t("feedback.right")}
          </Button>
          <Button tone="quiet" isDisabled={busy} onPress={() => setWrong(true)}>
            <Icon name="cross" />
            {t("feedback.wrong")}
          </Button>
          <Button tone="quiet" isDisabled={busy} onPress={() => setDoubt(true)}>
            <Icon name="question" />
            {t("feedback.cannot_tell")}
          </Button>
        </div>
      )}
      {feedback === null && doubt && (
        <Actions>
          <span>{t("feedback.useful")}</span>
          <Button tone="quiet" isDisabled={busy} onPress={() => told({ satisfied: true })}>
            {t("feedback.yes")}
          </Button>
          <Button tone="quiet" isDisabled={busy} onPress={() => told({ satisfied: false })}>
            {t("feedback.no")}
          </Button>
        </Actions>
      )}
      {feedback !== null && (
        <Note mood="good" announce>
          <p>
            {feedback.correct_class_name !== null
              ? t("feedback.said_class", { name: pack.title(feedback.correct_class_name) })
              : t(
                  feedback.is_correct === null
                    ? "feedback.said_nothing"
                    : feedback.is_correct
                      ? "feedback.said_right"
                      : "feedback.said_wrong",
                )}
          </p>
          <div className={styles.again}>
            {feedback.is_correct !== null && !(feedback.is_correct && predicted === null) && (
              <Button tone="plain" onPress={() => setWrong(true)}>
                <Icon name="edit" />
                {t("feedback.other")}
              </Button>
            )}
            {undo !== null && (
              <Button tone="plain" isDisabled={busy} onPress={undo}>
                <Icon name="undo" />
                {t("action.undo")}
              </Button>
            )}
          </div>
        </Note>
      )}
      {feedback === null && findsThings(pack) && <p className={styles.hint}>{t("feedback.single")}</p>}
      {error !== null && (
        <Note mood="bad" announce>
          {words(error)}
        </Note>
      )}
      {feedback !== null && <More feedback={feedback} say={say} busy={busy} />}
      <LabelSearch
        pack={pack}
        without={predicted}
        likely={likelyClasses(prediction)}
        title={t("feedback.which")}
        isOpen={wrong}
        onClose={() => setWrong(false)}
        onPick={(name) => told({ is_correct: false, correct_class_name: name })}
        onUnknown={() => told({ is_correct: false, correct_class_name: null })}
      />
    </Card>
  );
}

/** Classes that the answer itself thinks of next, where its labels are its classes. */
function likelyClasses(prediction: Prediction): string[] {
  return Object.values(prediction.heads).flatMap((head) => nextLikely(head).map(({ label }) => label));
}
