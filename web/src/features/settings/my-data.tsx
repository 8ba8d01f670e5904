import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body, type Schemas } from "@/lib/api";
import { faultOf } from "@/lib/jobs";
import { queries } from "@/lib/queries";
import { useWords } from "@/lib/words";
import { Button, buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Note, Progress } from "@/ui/layout";

type Job = Schemas["JobOut"];

const KIND = "export_personal_data";
const KEY = ["jobs", KIND];
const LOOK_MS = 1_000;

export function isAtWork(job: Job | undefined): boolean {
  return job?.state === "queued" || job?.state === "running";
}

/** The link of an export that is done and not over yet. */
export function linkOf(job: Job | undefined, now: Date): { url: string; until: string } | null {
  const { url, expires_at: until } = job?.result ?? {};
  if (job?.state !== "done" || typeof url !== "string" || typeof until !== "string") return null;
  return new Date(until) > now ? { url, until } : null;
}

/** Everything of this person in a ZIP: a job, found again when the page is opened anew. */
export function MyData() {
  const { t } = useTranslation();
  const words = useWords();
  const jobs = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET("/api/v1/jobs", { params: { query: { kind: KIND, limit: 1 } } })),
    refetchInterval: (query) => (isAtWork(query.state.data?.items[0]) ? LOOK_MS : false),
  });
  const ask = useMutation({
    mutationFn: () => body(api.GET("/api/v1/users/me/export")),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const job = jobs.data?.items[0];
  const busy = ask.isPending || isAtWork(job);
  return (
    <>
      <p>{t("settings.export_text")}</p>
      {busy && <Gathering job={job} />}
      {!busy && <Ready job={job} />}
      {ask.isError && (
        <Note mood="bad" announce>
          {words(ask.error)}
        </Note>
      )}
      <Actions>
        <Button tone="quiet" onPress={() => ask.mutate()} isDisabled={busy}>
          {t("settings.export_start")}
        </Button>
      </Actions>
    </>
  );
}

function Gathering({ job }: { job: Job | undefined }) {
  const { t } = useTranslation();
  const share = job?.total ? job.done / job.total : null;
  return (
    <div role="status">
      <p>{t("settings.export_busy")}</p>
      <Progress value={share} label={t("settings.export_busy")} />
    </div>
  );
}

function Ready({ job }: { job: Job | undefined }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const link = linkOf(job, new Date());
  if (job?.state === "failed") return <Note mood="bad">{faultOf(job) ?? t("settings.export_failed")}</Note>;
  if (link === null) return null;
  return (
    <Note mood="good" announce>
      <Actions>
        <span>{t("settings.export_ready", { moment: moment(link.until) })}</span>
        <a className={buttonClass("quiet")} href={link.url} download>
          <Icon name="download" />
          {t("settings.export_download")}
        </a>
      </Actions>
    </Note>
  );
}
