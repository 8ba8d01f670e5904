import { type ReactNode, useState } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { useTranslation } from "react-i18next";
import type { Instance } from "@/lib/api";
import { Button, buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Skeleton } from "@/ui/layout";
import styles from "./photo.module.css";
import { Shapes } from "./shapes";
import { type Told, usePhoto } from "./use-answer";
import type { Pack } from "./use-pack";
import { usePanZoom } from "./use-pan-zoom";
import { firstPhoto, markColour } from "./words";

interface PhotosProps {
  told: Told;
  pack: Pack;
  selected: number | null;
  onSelect: (id: number | null) => void;
  /** Stands below the photo that is shown. */
  children: (index: number, url: string | undefined) => ReactNode;
}

/** The photos of an answer, one at a time, with what was found in each. */
export function Photos({ told, pack, selected, onSelect, children }: PhotosProps) {
  const { t } = useTranslation();
  const { prediction } = told;
  const many = Math.max(1, prediction.photos?.length ?? 0);
  const [index, setIndex] = useState(firstPhoto(prediction));
  const { url, gone } = usePhoto(told, index);
  const found = prediction.instances.filter((one) => one.file_index === index);
  return (
    <section className={styles.photos} aria-label={t("answer.photo")}>
      {many > 1 && (
        <div className={styles.pages}>
          {Array.from({ length: many }, (_, at) => (
            <ToggleButton
              // biome-ignore lint/suspicious/noArrayIndexKey: photos have no other name than their place.
              key={at}
              className={styles.page ?? ""}
              isSelected={at === index}
              onChange={() => {
                setIndex(at);
                onSelect(null);
              }}
            >
              {t("scan.photo", { number: at + 1 })}
            </ToggleButton>
          ))}
        </div>
      )}
      {gone ? (
        <p className={styles.gone}>{t("answer.photo_gone")}</p>
      ) : url === undefined ? (
        <Skeleton label={t("state.loading")} />
      ) : (
        <Marked key={url} url={url} found={found} pack={pack} selected={selected} onSelect={onSelect} />
      )}
      {children(index, url)}
    </section>
  );
}

interface MarkedProps {
  url: string;
  found: readonly Instance[];
  pack: Pack;
  selected: number | null;
  onSelect: (id: number | null) => void;
}

/** One photo, to look at closely, with its marks by class. */
function Marked({ url, found, pack, selected, onSelect }: MarkedProps) {
  const { t } = useTranslation();
  const panZoom = usePanZoom();
  const [size, setSize] = useState<{ width: number; height: number }>();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const shown = found.filter((one) => !hidden.has(one.class_id));
  return (
    <>
      <div className={styles.box}>
        <div ref={panZoom.frame} className={styles.frame} data-zoomed={panZoom.zoomedIn || undefined}>
          <div ref={panZoom.layer} className={styles.layer}>
            <img
              src={url}
              alt={t("answer.photo_alt")}
              draggable={false}
              onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => setSize({ width, height })}
            />
            {size !== undefined && shown.length > 0 && (
              <Shapes instances={shown} title={pack.title} selected={selected} onSelect={onSelect} size={size} />
            )}
          </div>
        </div>
        <div className={styles.zoom}>
          <Button icon tone="quiet" aria-label={t("answer.zoom_in")} onPress={panZoom.zoomIn}>
            <Icon name="plus" />
          </Button>
          {panZoom.zoomedIn && (
            <>
              <Button icon tone="quiet" aria-label={t("answer.zoom_out")} onPress={panZoom.zoomOut}>
                <Icon name="minus" />
              </Button>
              <Button icon tone="quiet" aria-label={t("answer.zoom_off")} onPress={panZoom.reset}>
                <Icon name="fit" />
              </Button>
            </>
          )}
        </div>
      </div>
      <Legend found={found} pack={pack} hidden={hidden} onHide={setHidden} />
    </>
  );
}

interface LegendProps {
  found: readonly Instance[];
  pack: Pack;
  hidden: ReadonlySet<number>;
  onHide: (hidden: ReadonlySet<number>) => void;
}

/** The classes in this photo, each on or off. */
function Legend({ found, pack, hidden, onHide }: LegendProps) {
  const { t } = useTranslation();
  const classes = new Map<number, { name: string; count: number }>();
  for (const { class_id: id, class_name: name } of found) {
    classes.set(id, { name, count: (classes.get(id)?.count ?? 0) + 1 });
  }
  if (classes.size === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a form.
    <div className={styles.legend} role="group" aria-label={t("answer.legend")}>
      {[...classes].map(([id, { name, count }]) => (
        <ToggleButton
          key={id}
          className={buttonClass("quiet")}
          isSelected={!hidden.has(id)}
          onChange={(on) => onHide(new Set(on ? [...hidden].filter((other) => other !== id) : [...hidden, id]))}
        >
          <span
            className={styles.swatch}
            style={{ background: markColour(id) }}
            data-off={hidden.has(id) || undefined}
          />
          {t("answer.class_count", { name: pack.title(name), count })}
        </ToggleButton>
      ))}
    </div>
  );
}
