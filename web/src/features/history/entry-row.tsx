import { useRouter } from "@tanstack/react-router";
import { type MouseEvent, memo } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useThumbnail } from "@/lib/thumbnails";
import { buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Badge } from "@/ui/layout";
import type { Entry } from "./entries";
import styles from "./entry-row.module.css";

interface RowProps {
  entry: Entry;
  title: string;
  onShare: (entry: Entry) => void;
  onDelete: (entry: Entry) => void;
}

/** Nothing is told as certain. */
const SURE = 0.99;

/** One answer. Plain buttons: a long list is made of many of them. */
export const EntryRow = memo(function EntryRow({ entry, title, onShare, onDelete }: RowProps) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const counted = entry.count === null ? null : t("history.bananas", { count: entry.count });
  return (
    <div className={styles.row}>
      <Thumbnail entry={entry} />
      <div className={styles.words}>
        <Opening id={entry.id} title={title} />
        <div className={styles.marks}>
          <Marks entry={entry} />
        </div>
        <div className={styles.note}>
          {[moment(entry.at), counted, entry.place].filter((one) => one !== null).join(" · ")}
        </div>
      </div>
      <div className={styles.actions}>
        {entry.photo && (
          <button
            type="button"
            className={buttonClass("plain", false, true)}
            aria-label={t("history.share_one", { title })}
            onClick={() => onShare(entry)}
          >
            <Icon name="share" />
          </button>
        )}
        <button
          type="button"
          className={buttonClass("plain", false, true)}
          aria-label={t("history.delete_one", { title })}
          onClick={() => onDelete(entry)}
        >
          <Icon name="trash" />
        </button>
      </div>
    </div>
  );
});

/** A link without the router's bookkeeping, which long lists feel. */
function Opening({ id, title }: { id: string; title: string }) {
  const router = useRouter();
  const to = { to: "/answers/$id", params: { id } } as const;
  const open = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate(to);
  };
  return (
    <a
      href={`/answers/${id}`}
      className={styles.title}
      onClick={open}
      onPointerEnter={() => void router.preloadRoute(to)}
    >
      {title}
    </a>
  );
}

function Thumbnail({ entry }: { entry: Entry }) {
  const { url, failed } = useThumbnail(entry.photo ? entry.id : null, entry.thumb);
  return (
    <span className={styles.photo}>
      {url === null ? <Icon name="leaf" /> : <img src={url} alt="" decoding="async" onError={failed} />}
    </span>
  );
}

function Marks({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const sure =
    (entry.confidence ?? 0) > SURE ? t("history.over", { share: share(SURE) }) : share(entry.confidence ?? 0);
  return (
    <>
      {entry.refusal !== null && <Badge mood="warn">{t("history.refused")}</Badge>}
      {entry.confidence !== null && <Badge>{sure}</Badge>}
      {entry.grade !== null && <Badge>{t("history.grade", { grade: entry.grade })}</Badge>}
      {entry.severity !== null && <Badge>{t("history.severity", { grade: entry.severity })}</Badge>}
      {entry.told === "right" && <Badge mood="good">{t("history.told_right")}</Badge>}
      {entry.told === "wrong" && <Badge mood="bad">{t("history.told_wrong")}</Badge>}
      {entry.told === "given" && <Badge>{t("history.told_given")}</Badge>}
    </>
  );
}
