import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body, type Prediction } from "@/lib/api";
import { queries } from "@/lib/queries";
import { sharePicture } from "@/lib/share-picture";
import { useWords } from "@/lib/words";
import { forgetAnswer } from "@/offline/kept";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/layout";
import { answerKey } from "./use-answer";
import type { Pack } from "./use-pack";

interface OwnActionsProps {
  prediction: Prediction;
  pack: Pack;
}

/** What the owner of a kept answer can do with it: hand it on as a picture, delete it. */
export function OwnActions({ prediction, pack }: OwnActionsProps) {
  const { t, i18n } = useTranslation();
  const { share: percent } = useFormats();
  const words = useWords();
  const navigate = useNavigate();
  const [sure, setSure] = useState(false);
  const id = prediction.prediction_id;
  const title = prediction.result
    ? pack.title(prediction.result.class_name)
    : prediction.refusal
      ? pack.refusal(prediction.refusal).message
      : "";
  const confidence = prediction.result?.confidence;
  const share = useMutation({
    mutationFn: () =>
      sharePicture({
        predictionId: id,
        language: i18n.language,
        title,
        lines: [
          ...(confidence === undefined ? [] : [t("history.sure", { share: percent(Math.min(0.99, confidence)) })]),
          t("history.share_foot"),
        ],
        name: title,
      }),
  });
  const remove = useMutation({
    mutationFn: async () => {
      await body(api.DELETE("/api/v1/predictions/{prediction_id}", { params: { path: { prediction_id: id } } }));
      await forgetAnswer(id);
    },
    onSuccess: async () => {
      await navigate({ to: "/history" });
      queries.removeQueries({ queryKey: answerKey(id) });
      queries.removeQueries({ queryKey: ["own-photos", id] });
      await queries.invalidateQueries({ queryKey: ["predictions"] });
    },
  });
  const error = share.error ?? remove.error;
  return (
    <>
      {prediction.stored && (
        <Button
          icon
          tone="quiet"
          aria-label={t("answer.share")}
          isDisabled={share.isPending}
          onPress={() => share.mutate()}
        >
          <Icon name="share" />
        </Button>
      )}
      <Button icon tone="quiet" aria-label={t("action.delete")} onPress={() => setSure(true)}>
        <Icon name="trash" />
      </Button>
      {share.data === "saved" && <Note announce>{t("history.share_saved")}</Note>}
      {error !== null && (
        <Note mood="bad" announce>
          {words(error)}
        </Note>
      )}
      <Confirm
        title={t("history.delete_title")}
        text={t("history.delete_text")}
        yes={t("action.delete")}
        no={t("action.cancel")}
        isOpen={sure}
        onYes={() => remove.mutate()}
        onClose={() => setSure(false)}
      />
    </>
  );
}
