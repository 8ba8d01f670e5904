import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Head, Survey } from "@/offline/survey-shape";
import { saveHead } from "@/offline/surveys";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { HeadForm } from "./head-form";

/** Changes what a survey is of; without a network too. */
export function EditSurvey({ survey }: { survey: Survey }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const save = async (head: Head) => {
    await saveHead(survey.id, head);
    setOpen(false);
  };
  return (
    <>
      <Button tone="plain" icon aria-label={t("surveys.edit")} onPress={() => setOpen(true)}>
        <Icon name="edit" />
      </Button>
      <Dialog title={t("surveys.edit")} isOpen={open} onClose={() => setOpen(false)}>
        <HeadForm head={survey.head} go={t("action.save")} whole onSave={save} />
      </Dialog>
    </>
  );
}
