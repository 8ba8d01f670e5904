import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Entry } from "./entries";
import styles from "./entry-list.module.css";
import { EntryRow } from "./entry-row";

interface ListProps {
  entries: readonly Entry[];
  total: number | null;
  /** Null where there is no more. */
  onMore: (() => void) | null;
  titleOf: (entry: Entry) => string;
  onShare: (entry: Entry) => void;
  onDelete: (entry: Entry) => void;
}

const ROW_REM = 6;
const OVERSCAN = 4;
const AHEAD = 40;

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** Thousands of rows, of which those in view are there. It scrolls with the page. */
export function EntryList({ entries, total, onMore, titleOf, onShare, onDelete }: ListProps) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const [above, setAbove] = useState(0);
  useLayoutEffect(() => {
    const node = list.current;
    if (node === null) return;
    const measure = () => setAbove(Math.round(node.getBoundingClientRect().top + window.scrollY));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, []);
  const rows = useWindowVirtualizer({
    count: entries.length,
    estimateSize: () => ROW_REM * rem(),
    getItemKey: (index) => entries[index]?.id ?? index,
    overscan: OVERSCAN,
    scrollMargin: above,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onMore !== null && last >= entries.length - AHEAD) onMore();
  }, [last, entries.length, onMore]);
  return (
    <ul ref={list} className={styles.list} aria-label={t("history.list")} style={{ height: rows.getTotalSize() }}>
      {shown.map((row) => {
        const entry = entries[row.index];
        return entry === undefined ? null : (
          <li
            key={row.key}
            className={styles.item}
            aria-posinset={row.index + 1}
            aria-setsize={total ?? -1}
            style={{ height: row.size, transform: `translateY(${row.start - above}px)` }}
          >
            <EntryRow entry={entry} title={titleOf(entry)} onShare={onShare} onDelete={onDelete} />
          </li>
        );
      })}
    </ul>
  );
}
