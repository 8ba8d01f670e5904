import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body } from "@/lib/api";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { FailureState } from "@/ui/failure";
import { Actions, Card, EmptyState, Skeleton } from "@/ui/layout";
import { Select } from "@/ui/select";
import styles from "./models.module.css";
import { type Item, QueueItem } from "./queue-item";

const STATES = ["pending", "train", "val", "test"] as const satisfies readonly Item["split"][];
type State = (typeof STATES)[number];
const ANY = "any";
const PAGE = 30;

/** What people corrected and allow to be learned from, newest first. For experts. */
export function TrainingQueue({ pack }: { pack: string }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<State | null>(null);
  const states = STATES.map((id) => ({ id, label: t(`models.split_${id}`) }));
  return (
    <Card label={t("models.queue")}>
      <p className={styles.soft}>{t("models.queue_text")}</p>
      <div className={styles.filter}>
        <Select
          label={t("models.queue_state")}
          options={[{ id: ANY, label: t("models.queue_any") }, ...states]}
          value={wanted ?? ANY}
          onChange={(id) => setWanted(STATES.find((state) => state === id) ?? null)}
        />
      </div>
      <Items pack={pack} wanted={wanted} />
    </Card>
  );
}

function Items({ pack, wanted }: { pack: string; wanted: State | null }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const words = useWords();
  const queue = useQueue(pack, wanted);
  if (queue.isPending) return <Skeleton label={t("state.loading")} />;
  if (queue.isError) {
    return (
      <FailureState
        title={t("failure.title")}
        detail={words(queue.error)}
        again={t("action.again")}
        onAgain={() => void queue.refetch()}
      />
    );
  }
  const items = queue.data.pages.flatMap((page) => page.items);
  const total = queue.data.pages[0]?.total ?? null;
  if (items.length === 0) {
    return (
      <EmptyState icon="stack" title={t(wanted === null ? "models.queue_none" : "models.queue_none_fits")}>
        <p>{t(wanted === null ? "models.queue_none_text" : "models.queue_none_fits_text")}</p>
      </EmptyState>
    );
  }
  return (
    <>
      {total !== null && (
        <p className={styles.soft} role="status">
          {t("models.queue_total", { count: total, n: number(total, 0) })}
        </p>
      )}
      <ul className={styles.queue} aria-label={t("models.queue")}>
        {items.map((item) => (
          <QueueItem key={item.item_id} item={item} />
        ))}
      </ul>
      {queue.hasNextPage && (
        <Actions>
          <Button tone="quiet" onPress={() => void queue.fetchNextPage()} isDisabled={queue.isFetchingNextPage}>
            {t("action.more")}
          </Button>
        </Actions>
      )}
    </>
  );
}

/** Other people's photos: no device remembers them. A link lasts an hour, and each look brings new ones. */
function useQueue(pack: string, split: State | null) {
  return useInfiniteQuery({
    queryKey: ["models", pack, "queue", split],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/v1/datasets/items", {
          params: {
            query: {
              model: pack,
              limit: PAGE,
              ...(split !== null && { split }),
              ...(pageParam !== null && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    meta: { fleeting: true },
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}
