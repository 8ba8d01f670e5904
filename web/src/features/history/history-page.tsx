import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useRefusals, useTitles } from "@/lib/packs";
import { sharePicture } from "@/lib/share-picture";
import { useWords } from "@/lib/words";
import { Button, buttonClass } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { FailureState } from "@/ui/failure";
import { Icon } from "@/ui/icon";
import { Actions, EmptyState, Note, Page, Skeleton } from "@/ui/layout";
import { ForSomebody } from "@/ui/somebody";
import { type Entry, useEntries } from "./entries";
import { EntryList } from "./entry-list";
import { ExportData } from "./export-data";
import { FilterBar } from "./filter-bar";
import { ANY, active, type Filters, useFilters } from "./filters";
import { PlaceMap } from "./place-map";
import { placesOf } from "./places";
import { useDeleting } from "./use-deleting";

/** All that one asked, newest first. */
export function HistoryPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.history")} lead={t("history.lead")} actions={<ExportData />}>
      <ForSomebody>
        <History />
      </ForSomebody>
    </Page>
  );
}

function History() {
  const { t } = useTranslation();
  const words = useWords();
  const [filters, setFilters] = useFilters();
  const found = useEntries(filters, true);
  const { data, isError, error, hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const deleting = useDeleting();
  const gone = deleting.leaving?.id;
  const entries = useMemo(
    () => (data?.pages ?? []).flatMap((page) => page.items).filter((entry) => entry.id !== gone),
    [data, gone],
  );
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  return (
    <>
      <FilterBar filters={filters} onChange={setFilters} />
      {deleting.leaving !== null && (
        <Note announce>
          <Actions>
            <span>{t("history.deleted")}</span>
            <Button tone="quiet" onPress={deleting.undo}>
              <Icon name="undo" />
              {t("action.undo")}
            </Button>
          </Actions>
        </Note>
      )}
      {deleting.error !== null && (
        <Note mood="bad" announce>
          {words(deleting.error)}
        </Note>
      )}
      {data === undefined && !isError && <Skeleton label={t("state.loading")} />}
      {isError && (
        <FailureState
          title={t("history.failed")}
          detail={words(error)}
          again={t("action.again")}
          onAgain={() => void found.refetch()}
        />
      )}
      {data !== undefined && entries.length === 0 && <Nothing filters={filters} onAll={() => setFilters(ANY)} />}
      {data !== undefined && entries.length > 0 && (
        <Found
          entries={entries}
          total={data.pages.at(-1)?.total ?? null}
          onMore={hasNextPage && !isFetchingNextPage && !isError ? more : null}
          onDelete={deleting.begin}
        />
      )}
    </>
  );
}

function Nothing({ filters, onAll }: { filters: Filters; onAll: () => void }) {
  const { t } = useTranslation();
  const filtered = filters.q !== "" || active(filters) > 0;
  return (
    <EmptyState icon="clock" title={filtered ? t("history.none_fit") : t("history.none")}>
      <p>{filtered ? t("history.none_fit_why") : t("history.none_why")}</p>
      {filtered ? (
        <Button tone="quiet" onPress={onAll}>
          {t("history.show_all")}
        </Button>
      ) : (
        <Link to="/scan" className={buttonClass("main")}>
          {t("home.scan")}
        </Link>
      )}
    </EmptyState>
  );
}

interface FoundProps {
  entries: Entry[];
  total: number | null;
  onMore: (() => void) | null;
  onDelete: (entry: Entry) => void;
}

function Found({ entries, total, onMore, onDelete }: FoundProps) {
  const { t, i18n } = useTranslation();
  const { moment, number, share } = useFormats();
  const words = useWords();
  const packs = useMemo(() => [...new Set(entries.map((entry) => entry.pack))], [entries]);
  const named = useTitles(packs);
  const refusing = useMemo(
    () => [...new Set(entries.filter((entry) => entry.refusal !== null).map((entry) => entry.pack))],
    [entries],
  );
  const refused = useRefusals(refusing);
  const titleOf = (entry: Entry) =>
    entry.className !== null
      ? named(entry.pack, entry.className)
      : entry.refusal !== null
        ? refused(entry.pack, entry.refusal)
        : t("history.refused");
  const places = useMemo(() => placesOf(entries), [entries]);
  const [map, setMap] = useState(false);
  const [asking, setAsking] = useState<Entry | null>(null);
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);

  async function send(entry: Entry) {
    const title = titleOf(entry);
    const sure = entry.confidence === null ? [] : [t("history.sure", { share: share(entry.confidence) })];
    const lines = [[...sure, moment(entry.at)].join(" · "), t("history.share_foot")];
    const name = `cultivar ${title} ${entry.at.slice(0, 10)}`;
    try {
      const done = await sharePicture({ predictionId: entry.id, language: i18n.language, title, lines, name });
      setSaid(done === "saved" ? { text: t("history.share_saved"), bad: false } : null);
    } catch (error) {
      setSaid({ text: words(error), bad: true });
    }
  }

  return (
    <>
      <Actions>
        <strong>
          {total === null ? t("history.many") : t("history.total", { count: total, many: number(total) })}
        </strong>
        {places.length > 0 && (
          <Button tone="quiet" aria-expanded={map} onPress={() => setMap(!map)}>
            <Icon name="map" />
            {t("history.map")}
          </Button>
        )}
      </Actions>
      {said !== null && (
        <Note mood={said.bad ? "bad" : "good"} announce>
          {said.text}
        </Note>
      )}
      {map && places.length > 0 && <PlaceMap places={places} titleOf={titleOf} />}
      <EntryList
        entries={entries}
        total={total}
        onMore={onMore}
        titleOf={titleOf}
        onShare={send}
        onDelete={setAsking}
      />
      <Confirm
        title={t("history.delete_title")}
        text={t("history.delete_text")}
        yes={t("action.delete")}
        no={t("action.cancel")}
        isOpen={asking !== null}
        onYes={() => asking !== null && onDelete(asking)}
        onClose={() => setAsking(null)}
      />
    </>
  );
}
