import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body } from "@/lib/api";
import { type Job, shareOf } from "@/lib/jobs";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { FailureState } from "@/ui/failure";
import { Badge, Card, EmptyState, type Mood, Skeleton } from "@/ui/layout";
import { Row, Rows } from "@/ui/rows";

const KIND = "bulk.look";
const MOODS: Record<Job["state"], Mood> = {
  queued: "calm",
  running: "calm",
  done: "good",
  failed: "bad",
  cancelled: "warn",
};

/** Batches of the last month. */
export function Earlier({ shown, onOpen }: { shown: string | null; onOpen: (jobId: string) => void }) {
  const { t } = useTranslation();
  const { moment, number, share } = useFormats();
  const words = useWords();
  const found = useInfiniteQuery({
    queryKey: ["jobs", "bulk"],
    queryFn: ({ pageParam }) => {
      const query = { kind: KIND, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return body(api.GET("/api/v1/jobs", { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
  const jobs = (found.data?.pages ?? []).flatMap((page) => page.items);
  const state = (job: Job) => (job.state === "running" ? share(shareOf(job) ?? 0) : t(`bulk.state_${job.state}`));
  return (
    <Card label={t("bulk.earlier")}>
      <h2>{t("bulk.earlier")}</h2>
      {found.isPending && <Skeleton label={t("state.loading")} />}
      {found.isError && (
        <FailureState
          title={t("failure.title")}
          detail={words(found.error)}
          again={t("action.again")}
          onAgain={() => void found.refetch()}
        />
      )}
      {found.isSuccess && jobs.length === 0 && (
        <EmptyState icon="stack" title={t("bulk.none")}>
          <p>{t("bulk.none_why")}</p>
        </EmptyState>
      )}
      {jobs.length > 0 && (
        <Rows label={t("bulk.earlier")}>
          {jobs.map((job) => (
            <Row
              key={job.job_id}
              title={moment(job.created_at)}
              note={
                <>
                  {t("bulk.photos", { count: job.total ?? 0, many: number(job.total ?? 0) })}{" "}
                  <Badge mood={MOODS[job.state]}>{state(job)}</Badge>
                </>
              }
              actions={
                <Button tone="plain" isDisabled={job.job_id === shown} onPress={() => onOpen(job.job_id)}>
                  {t("bulk.open")}
                </Button>
              }
            />
          ))}
        </Rows>
      )}
      {found.hasNextPage && (
        <Button tone="quiet" onPress={() => void found.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
    </Card>
  );
}
