import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body } from "@/lib/api";
import { fetchFile } from "@/lib/fetch-file";
import { faultOf, hasEnded, type Job, shareOf, useJob } from "@/lib/jobs";
import { queries } from "@/lib/queries";
import { save } from "@/lib/save";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Card, EmptyState, Note, Progress, Skeleton } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { FileList } from "./file-list";
import { filesOf } from "./files";
import { Gallery } from "./gallery";
import { ResultTable } from "./result-table";
import { type Result, useResults } from "./results";

interface BatchProps {
  jobId: string;
  /** The photos where this tab sent them. */
  photos: readonly File[];
}

/** One batch: how far it is, and what came of each photo. */
export function Batch({ jobId, photos }: BatchProps) {
  const { t } = useTranslation();
  const job = useJob(jobId);
  return (
    <section aria-label={t("bulk.batch")}>
      <Card>
        <Loaded query={job}>{(now) => <Parts job={now} photos={photos} />}</Loaded>
      </Card>
    </section>
  );
}

function Parts({ job, photos }: { job: Job; photos: readonly File[] }) {
  const { t } = useTranslation();
  const found = useResults(job);
  const results = useMemo(() => (found.data?.pages ?? []).flatMap((page) => page.items), [found.data]);
  const over = hasEnded(job);
  const files = useMemo(() => filesOf(photos, results, over), [photos, results, over]);
  return (
    <>
      <Going job={job} />
      {files.length > 0 && (
        <details open={!over}>
          <summary>{t("bulk.files")}</summary>
          <FileList files={files} />
        </details>
      )}
      <Results found={found} results={results} photos={photos} />
    </>
  );
}

function Going({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const words = useWords();
  const over = hasEnded(job);
  const fault = faultOf(job);
  const cancel = useMutation({
    mutationFn: () => body(api.DELETE("/api/v1/jobs/{job_id}", { params: { path: { job_id: job.job_id } } })),
    onSuccess: (told) => queries.setQueryData(["jobs", job.job_id], told),
  });
  const csv = useMutation({
    mutationFn: async () => {
      const table = await fetchFile(`/api/v1/jobs/${job.job_id}/results?format=csv`);
      save(`cultivar-${job.created_at.slice(0, 10)}.csv`, table);
    },
  });
  return (
    <>
      <h2>{t(`bulk.state_${job.state}`)}</h2>
      <Progress value={over ? 1 : shareOf(job)} label={t("bulk.progress")} />
      <p role="status">
        {t("bulk.so_far", { done: number(job.done), failed: number(job.failed), total: number(job.total ?? 0) })}
      </p>
      {fault !== null && <Note mood="bad">{fault}</Note>}
      {(cancel.isError || csv.isError) && (
        <Note mood="bad" announce>
          {words(cancel.error ?? csv.error)}
        </Note>
      )}
      <Actions>
        <Button tone="quiet" onPress={() => csv.mutate()} isDisabled={job.done + job.failed === 0 || csv.isPending}>
          <Icon name="download" />
          {t("bulk.csv")}
        </Button>
        {!over && (
          <Button tone="plain" onPress={() => cancel.mutate()} isDisabled={cancel.isPending}>
            {t("bulk.cancel")}
          </Button>
        )}
      </Actions>
    </>
  );
}

interface ResultsProps {
  found: ReturnType<typeof useResults>;
  results: readonly Result[];
  photos: readonly File[];
}

function Results({ found, results, photos }: ResultsProps) {
  const { t } = useTranslation();
  const words = useWords();
  const [gallery, setGallery] = useState(false);
  if (found.isError && results.length === 0) return <Note mood="warn">{words(found.error)}</Note>;
  if (found.data === undefined) return <Skeleton label={t("state.loading")} />;
  if (results.length === 0) {
    return (
      <EmptyState icon="stack" title={t("bulk.no_results")}>
        <p>{t("bulk.no_results_yet")}</p>
      </EmptyState>
    );
  }
  return (
    <>
      <Actions>
        <Button tone={gallery ? "plain" : "quiet"} aria-pressed={!gallery} onPress={() => setGallery(false)}>
          {t("bulk.table")}
        </Button>
        <Button tone={gallery ? "quiet" : "plain"} aria-pressed={gallery} onPress={() => setGallery(true)}>
          {t("bulk.gallery")}
        </Button>
      </Actions>
      {gallery ? <Gallery results={results} photos={photos} /> : <ResultTable results={results} />}
      {found.hasNextPage && (
        <Button tone="quiet" onPress={() => void found.fetchNextPage()} isDisabled={found.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </>
  );
}
