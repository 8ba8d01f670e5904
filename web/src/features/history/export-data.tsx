import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body } from "@/lib/api";
import { faultOf, type Job, shareOf, useJob } from "@/lib/jobs";
import { useWords } from "@/lib/words";
import { Button, buttonClass } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Note, Progress } from "@/ui/layout";

/** Everything that the server keeps of a person, as one ZIP. */
export function ExportData() {
  const { t } = useTranslation();
  const words = useWords();
  const [open, setOpen] = useState(false);
  const ask = useMutation({ mutationFn: () => body(api.GET("/api/v1/users/me/export")) });
  const job = useJob(ask.data?.job_id ?? null);
  return (
    <>
      <Button
        tone="quiet"
        onPress={() => {
          setOpen(true);
          if (!ask.isPending && (ask.data === undefined || job.data?.state === "failed")) ask.mutate();
        }}
      >
        <Icon name="download" />
        {t("history.export")}
      </Button>
      <Dialog
        title={t("history.export_title")}
        isOpen={open}
        onClose={() => setOpen(false)}
        foot={
          <Button tone="quiet" onPress={() => setOpen(false)}>
            {t("action.close")}
          </Button>
        }
      >
        <p>{t("history.export_what")}</p>
        {ask.isError && (
          <Note mood="bad" announce>
            {words(ask.error)}
          </Note>
        )}
        {!ask.isError && <Gathered job={job.data ?? null} />}
      </Dialog>
    </>
  );
}

function Gathered({ job }: { job: Job | null }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  if (job?.state === "failed" || job?.state === "cancelled") {
    return (
      <Note mood="bad" announce>
        {faultOf(job) ?? t("history.export_failed")}
      </Note>
    );
  }
  const url = job?.result?.url;
  if (typeof url !== "string") return <Progress value={job && shareOf(job)} label={t("history.export_wait")} />;
  return (
    <Note mood="good" announce>
      <p>{t("history.export_until", { when: moment(String(job?.result?.expires_at)) })}</p>
      <a href={url} className={buttonClass("main")} download>
        {t("history.export_get")}
      </a>
    </Note>
  );
}
