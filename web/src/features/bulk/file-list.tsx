import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Badge, type Mood } from "@/ui/layout";
import styles from "./file-list.module.css";
import type { FileState, KnownFile } from "./files";

const ROW = 40;
const OVERSCAN = 4;
const MOODS: Record<FileState, Mood> = { waiting: "calm", done: "good", failed: "bad", left: "warn" };

/** Files by name, and how far each is. A ZIP may hold thousands: those in view are there. */
export function FileList({ files }: { files: readonly KnownFile[] }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: files.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a list with its scroll is no group of fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard.
    <div ref={box} className={styles.box} role="group" aria-label={t("bulk.files")} tabIndex={0}>
      <ul className={styles.list} aria-label={t("bulk.files")} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const file = files[row.index];
          return file === undefined ? null : (
            <li
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className={styles.file}
              aria-posinset={row.index + 1}
              aria-setsize={files.length}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <span className={styles.name}>{file.name}</span>
              <Badge mood={MOODS[file.state]}>{t(`bulk.file_${file.state}`)}</Badge>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
