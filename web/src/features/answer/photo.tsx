import { type ReactNode, useMemo, useState } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Skeleton } from "@/ui/layout";
import { byPerson, type Mark, marksOf } from "./marks";
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

/** The photos of an answer, one at a time, with what was found in each and what the person drew. */
export function Photos({ told, pack, selected, onSelect, children }: PhotosProps) {
  const { t } = useTranslation();
  const { prediction } = told;
  const many = Math.max(1, prediction.photos?.length ?? 0);
  const [index, setIndex] = useState(firstPhoto(prediction));
  const { url, gone } = usePhoto(told, index);
  const { instances, feedback } = prediction;
  const marks = useMemo(() => marksOf(instances, feedback, index), [instances, feedback, index]);
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
        <Marked key={url} url={url} marks={marks} pack={pack} selected={selected} onSelect={onSelect} />
      )}
      {children(index, url)}
    </section>
  );
}

interface MarkedProps {
  url: string;
  marks: readonly Mark[];
  pack: Pack;
  selected: number | null;
  onSelect: (id: number | null) => void;
}

/** One photo, to look at closely, with its marks by class. */
function Marked({ url, marks, pack, selected, onSelect }: MarkedProps) {
  const { t } = useTranslation();
  const panZoom = usePanZoom();
  const [size, setSize] = useState<{ width: number; height: number }>();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const shown = marks.filter((one) => !hidden.has(one.classId));
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
              <Shapes marks={shown} title={pack.title} selected={selected} onSelect={onSelect} size={size} />
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
      <Legend marks={marks} pack={pack} hidden={hidden} onHide={setHidden} />
    </>
  );
}

interface LegendProps {
  marks: readonly Mark[];
  pack: Pack;
  hidden: ReadonlySet<number>;
  onHide: (hidden: ReadonlySet<number>) => void;
}

/** The classes in this photo, each on or off. */
function Legend({ marks, pack, hidden, onHide }: LegendProps) {
  const { t } = useTranslation();
  const classes = new Map<number, { name: string; count: number }>();
  for (const { classId: id, className: name } of marks) {
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
      {marks.some(byPerson) && (
        <p className={styles.own}>
          <span aria-hidden />
          {t("answer.own")}
        </p>
      )}
    </div>
  );
}
