import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prediction } from "@/lib/api";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Card, Note } from "@/ui/layout";
import styles from "./feedback.module.css";
import { LabelSearch } from "./label-search";
import { More, Useful } from "./more";
import type { Said, Saying } from "./use-feedback";
import { findsThings, type Pack } from "./use-pack";
import { VerdictButton } from "./verdict-button";
import { type Opinion, opinionIn } from "./verdicts";
import { nextLikely } from "./words";

interface FeedbackProps {
  prediction: Prediction;
  pack: Pack;
  saying: Saying;
}

/** Right, wrong or cannot tell: one tap, a second for what it really is. Another tap says otherwise. */
export function Feedback({ prediction, pack, saying }: FeedbackProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { feedback, say, undo, busy, error } = saying;
  const [asking, setAsking] = useState(false);
  const [doubt, setDoubt] = useState(false);
  const opinion = doubt ? "unsure" : opinionIn(feedback);
  const question = t(prediction.refused ? "feedback.ask_refusal" : "feedback.ask");
  const unsure = { is_correct: null, correct_class_name: null, ...(findsThings(pack) && { instances: [] }) };
  const told = (said: Said | null) => {
    setAsking(false);
    setDoubt(false);
    say(said);
  };
  const choose = (chosen: Opinion) => {
    setDoubt(false);
    if (chosen === "wrong") setAsking(true);
    else if (chosen === opinionIn(feedback)) return;
    else if (chosen === "right") told({ is_correct: true });
    else if ((feedback?.satisfied ?? null) !== null) told(unsure);
    else setDoubt(!doubt);
  };
  const verdict = (of: Opinion) => ({ chosen: opinion === of, busy, onPress: () => choose(of) });
  return (
    <Card label={t("feedback.title")}>
      <h2>{question}</h2>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a form. */}
      <div className={styles.verdicts} role="group" aria-label={question}>
        <VerdictButton icon="check" {...verdict("right")}>
          {t("feedback.right")}
        </VerdictButton>
        <VerdictButton icon="cross" {...verdict("wrong")}>
          {t("feedback.wrong")}
        </VerdictButton>
        <VerdictButton icon="question" {...verdict("unsure")}>
          {t("feedback.cannot_tell")}
        </VerdictButton>
      </div>
      {feedback !== null && !doubt && (
        <Note mood="good" announce>
          <p>
            {feedback.correct_class_name !== null
              ? t("feedback.said_class", { name: pack.title(feedback.correct_class_name) })
              : t(`feedback.said_${opinionIn(feedback) ?? "unsure"}`)}
          </p>
          {opinion === "wrong" && (
            <div className={styles.again}>
              <Button tone="plain" isDisabled={busy} onPress={() => setAsking(true)}>
                <Icon name="edit" />
                {t("feedback.other")}
              </Button>
            </div>
          )}
        </Note>
      )}
      {(feedback !== null || doubt) && (
        <Useful
          satisfied={feedback?.satisfied ?? null}
          needed={opinion === "unsure"}
          busy={busy}
          onSay={(satisfied) => told({ ...(doubt && unsure), satisfied })}
        />
      )}
      {feedback === null && findsThings(pack) && <p className={styles.hint}>{t("feedback.single")}</p>}
      {error !== null && (
        <Note mood="bad" announce>
          {words(error)}
        </Note>
      )}
      {feedback !== null && <More feedback={feedback} say={say} busy={busy} />}
      <TakeBack undo={undo} withdraw={feedback === null ? null : () => told(null)} busy={busy} />
      {asking && (
        <LabelSearch
          pack={pack}
          without={prediction.result?.class_name ?? null}
          likely={likelyClasses(prediction)}
          title={t("feedback.which")}
          onClose={() => setAsking(false)}
          onPick={(name) => told({ is_correct: false, correct_class_name: name })}
          onUnknown={() => told({ is_correct: false, correct_class_name: null })}
        />
      )}
    </Card>
  );
}

interface TakeBackProps {
  undo: (() => void) | null;
  withdraw: (() => void) | null;
  busy: boolean;
}

/** The last step back, and all of it. */
function TakeBack({ undo, withdraw, busy }: TakeBackProps) {
  const { t } = useTranslation();
  if (undo === null && withdraw === null) return null;
  return (
    <>
      {withdraw === null && (
        <p className={styles.hint} role="status">
          {t("feedback.withdrawn")}
        </p>
      )}
      <div className={styles.again}>
        {undo !== null && (
          <Button tone="plain" isDisabled={busy} onPress={undo}>
            <Icon name="undo" />
            {t("action.undo")}
          </Button>
        )}
        {withdraw !== null && (
          <Button tone="plain" isDisabled={busy} onPress={withdraw}>
            <Icon name="trash" />
            {t("feedback.withdraw")}
          </Button>
        )}
      </div>
    </>
  );
}

/** Classes that the answer itself thinks of next, where its labels are its classes. */
function likelyClasses(prediction: Prediction): string[] {
  return Object.values(prediction.heads).flatMap((head) => nextLikely(head).map(({ label }) => label));
}
