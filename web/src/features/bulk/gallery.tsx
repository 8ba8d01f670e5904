import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useThumbnail } from "@/lib/thumbnails";
import { Icon } from "@/ui/icon";
import { Badge } from "@/ui/layout";
import styles from "./gallery.module.css";
import type { Result } from "./results";
import { useTold } from "./use-told";

const SHOWN = /^image\/(jpeg|png|webp)$/;

interface GalleryProps {
  results: readonly Result[];
  photos: readonly File[];
}

/** The photos with their answers. Those that this tab sent are shown from here. */
export function Gallery({ results, photos }: GalleryProps) {
  const { t } = useTranslation();
  const told = useTold(results);
  return (
    <ul className={styles.gallery} aria-label={t("bulk.results")}>
      {results.map((result) => {
        const { title, figures } = told(result);
        const kept = result.stored ? result.predictionId : null;
        return (
          <li key={result.index} className={styles.tile}>
            <Photo kept={kept} thumb={result.thumb} file={photos[result.index] ?? null} />
            <div className={styles.words}>
              {result.error !== null && <Badge mood="bad">{t("bulk.failed")}</Badge>}
              {result.refusal !== null && <Badge mood="warn">{t("history.refused")}</Badge>}
              {kept === null ? (
                <span>{title}</span>
              ) : (
                <Link to="/answers/$id" params={{ id: kept }}>
                  {title}
                </Link>
              )}
              <span className={styles.small}>{figures}</span>
              <span className={styles.small}>{result.file}</span>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

interface PhotoProps {
  kept: string | null;
  thumb: string | null;
  file: File | null;
}

function Photo({ kept, thumb, file }: PhotoProps) {
  const [unseen, setUnseen] = useState(false);
  const here = useHere(unseen ? null : file);
  const there = useThumbnail(file === null || unseen ? kept : null, thumb);
  const url = here ?? there.url;
  return (
    <span className={styles.photo}>
      {url === null ? (
        <Icon name="image" />
      ) : (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={here === null ? there.failed : () => setUnseen(true)}
        />
      )}
    </span>
  );
}

function useHere(file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (file === null || !SHOWN.test(file.type)) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => {
      setUrl(null);
      URL.revokeObjectURL(made);
    };
  }, [file]);
  return url;
}
