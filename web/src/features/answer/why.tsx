import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Prediction } from "@/lib/api";
import { inWords } from "@/lib/problem";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Card, Note, Progress } from "@/ui/layout";
import styles from "./answer-page.module.css";
import type { Pack } from "./use-pack";

const EVERY_MS = 700;

interface WhyProps {
  prediction: Prediction;
  pack: Pack;
}

/** A picture of what the model could least do without; made when it is asked for. */
export function Why({ prediction, pack }: WhyProps) {
  const { t } = useTranslation();
  const words = useWords();
  const id = prediction.prediction_id;
  const params = { params: { path: { prediction_id: id } } };
  const [asked, setAsked] = useState(false);
  const ask = useMutation({
    mutationFn: () => body(api.POST("/api/v1/predictions/{prediction_id}/explanation", params)),
    onSuccess: () => setAsked(true),
  });
  const made = useQuery({
    queryKey: ["predictions", "why", id],
    queryFn: () => body(api.GET("/api/v1/predictions/{prediction_id}/explanation", params)),
    enabled: asked,
    meta: { fleeting: true },
    refetchInterval: ({ state: { data } }) =>
      data?.state === "queued" || data?.state === "running" ? EVERY_MS : false,
  });
  const why = made.data;
  const lost = ask.error ?? made.error;
  const fault = lost !== null ? words(lost) : why?.error ? inWords(why.error) : null;
  const working = ask.isPending || (asked && fault === null && (why === undefined || why.url === null));
  return (
    <Card label={t("answer.why")}>
      <h2>{t("answer.why")}</h2>
      {why?.url ? (
        <figure className={styles.why}>
          <img src={why.url} alt={t("answer.why_alt", { name: pack.title(why.class_name) })} />
          <figcaption>
            <p>
              {t(why.decisive === false ? "answer.why_weak" : "answer.why_told", { name: pack.title(why.class_name) })}
            </p>
          </figcaption>
        </figure>
      ) : (
        <p>{t("answer.why_lead")}</p>
      )}
      {fault !== null && (
        <Note mood="bad" announce>
          {fault}
        </Note>
      )}
      {working && <Progress value={null} label={t("answer.why_working")} />}
      {!why?.url && (
        <Button tone="quiet" isDisabled={working} onPress={() => ask.mutate()}>
          <Icon name="help" />
          {working ? t("answer.why_working") : t("answer.why_ask")}
        </Button>
      )}
    </Card>
  );
}

/** Only a classifier's kept answer that names a class can be explained. */
export function explainable(prediction: Prediction, pack: Pack): boolean {
  return prediction.stored && !prediction.refused && pack.detail?.task === "classify";
}
