import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useLocalized } from "@/i18n/localized";
import { useWords } from "@/lib/words";
import { buttonClass } from "@/ui/button";
import { FailureState } from "@/ui/failure";
import { Icon } from "@/ui/icon";
import { Page, Skeleton } from "@/ui/layout";
import { Advice } from "./advice";
import styles from "./answer-page.module.css";
import { Feedback } from "./feedback";
import { addedAt } from "./marks";
import { LeafSeverity, Lot } from "./measured";
import { Added, Missed } from "./missed";
import { OwnActions } from "./own-actions";
import { Photos } from "./photo";
import { Refused, Result } from "./summary";
import { Thing } from "./thing";
import { type Told, useAnswer } from "./use-answer";
import { useFeedback } from "./use-feedback";
import { findsThings, usePack } from "./use-pack";
import { explainable, Why } from "./why";

export function AnswerPage() {
  const { t } = useTranslation();
  const words = useWords();
  const { id } = useParams({ from: "/answers/$id" });
  const answer = useAnswer(id);
  if (answer.data !== undefined) return <Whole key={id} told={answer.data} />;
  return (
    <Page title={t("answer.title")}>
      {answer.error === null ? (
        <Skeleton label={t("state.loading")} />
      ) : (
        <FailureState
          title={t("answer.not_here")}
          detail={words(answer.error)}
          again={t("action.again")}
          onAgain={() => void answer.refetch()}
        >
          <Link to="/scan">{t("answer.scan_again")}</Link>
        </FailureState>
      )}
    </Page>
  );
}

function Whole({ told }: { told: Told }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const { moment } = useFormats();
  const { prediction } = told;
  const pack = usePack(prediction.model);
  const saying = useFeedback(told);
  const [selected, setSelected] = useState<number | null>(null);
  const one = prediction.instances.find(({ instance_id: id }) => id === selected);
  const added = selected === null ? null : addedAt(selected);
  const finds = findsThings(pack);
  return (
    <Page
      title={t("answer.title")}
      lead={`${moment(prediction.created_at)} · ${localized(pack.detail?.title) || prediction.model} ${prediction.model_version}`}
      actions={
        <>
          <Link to="/scan" className={buttonClass("quiet")}>
            <Icon name="camera" />
            {t("answer.next_scan")}
          </Link>
          {told.feedbackToken === null && <OwnActions prediction={prediction} pack={pack} />}
        </>
      }
    >
      <div className={styles.answer}>
        <div className={styles.seen}>
          <Photos told={told} pack={pack} selected={selected} onSelect={setSelected}>
            {(index, url) => (
              <>
                {one !== undefined && (
                  <Thing
                    key={one.instance_id}
                    one={one}
                    url={url}
                    pack={pack}
                    saying={saying}
                    onClose={() => setSelected(null)}
                  />
                )}
                {added !== null && (
                  <Added
                    key={selected}
                    at={added}
                    url={url}
                    pack={pack}
                    saying={saying}
                    onClose={() => setSelected(null)}
                  />
                )}
                {finds && url !== undefined && <Missed url={url} fileIndex={index} pack={pack} saying={saying} />}
              </>
            )}
          </Photos>
        </div>
        <div className={styles.said}>
          <Refused prediction={prediction} pack={pack} />
          <Result prediction={prediction} pack={pack} />
          <Lot prediction={prediction} />
          <LeafSeverity prediction={prediction} />
          <Feedback prediction={prediction} pack={pack} saying={saying} />
          {prediction.result !== null && prediction.result !== undefined && (
            <Advice className={prediction.result.class_name} pack={pack} />
          )}
          {explainable(prediction, pack) && <Why prediction={prediction} pack={pack} />}
        </div>
      </div>
    </Page>
  );
}
