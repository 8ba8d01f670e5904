import { type KeyboardEvent, memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { byPerson, type Mark } from "./marks";
import type { Place } from "./outline";
import styles from "./photo.module.css";
import { markColour } from "./words";

const NEXT: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** A box, or an outline where there is one, as an SVG path in pixels of the photo. */
export function pathOf({ bbox, polygon }: Place): string {
  const [x1, y1, x2, y2] = bbox;
  const corners = polygon ?? [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
  return `M${corners.map(([x, y]) => `${x} ${y}`).join("L")}Z`;
}

interface ShapesProps {
  marks: readonly Mark[];
  /** What a shape is called. */
  title: (className: string) => string;
  selected: number | null;
  onSelect: (id: number) => void;
  size: { width: number; height: number };
}

/** What was found and what the person added, over the photo. One stop of the Tab key; the arrow keys go from one to the next. */
export function Shapes({ marks, title, selected, onSelect, size }: ShapesProps) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const group = useRef<SVGSVGElement | null>(null);
  const stop = marks.some((one) => one.id === selected) ? selected : marks[0]?.id;
  const added = marks.filter((one) => one.said === "missed").length;
  const found = t("answer.found", { count: marks.length - added });

  function key(event: KeyboardEvent) {
    const here = (event.target as Element).getAttribute("data-id");
    if (here === null) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onSelect(Number(here));
    }
    const step = NEXT[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = marks.findIndex((one) => one.id === Number(here));
    const next = marks.at((at + step) % marks.length);
    group.current?.querySelector<SVGElement>(`[data-id="${next?.id}"]`)?.focus();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset; the shapes in it are its buttons.
    <svg
      ref={group}
      className={styles.shapes}
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-label={added === 0 ? found : `${found}, ${t("answer.added", { count: added })}`}
      role="group"
      onKeyDown={key}
      onClick={(event) => {
        const id = (event.target as Element).getAttribute("data-id");
        if (id !== null) onSelect(Number(id));
      }}
    >
      {marks.map((one) => (
        <Shape
          key={one.id}
          one={one}
          name={[
            title(one.className),
            one.confidence === null ? null : share(one.confidence),
            one.said === null ? null : `· ${t(`feedback.thing_${one.said}`)}`,
          ]
            .filter((part) => part !== null)
            .join(" ")}
          chosen={one.id === selected}
          stop={one.id === stop}
        />
      ))}
    </svg>
  );
}

interface ShapeProps {
  one: Mark;
  name: string;
  chosen: boolean;
  stop: boolean;
}

const Shape = memo(function Shape({ one, name, chosen, stop }: ShapeProps) {
  const own = byPerson(one);
  return (
    <>
      {own && <path className={styles.under} d={pathOf(one)} vectorEffect="non-scaling-stroke" />}
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no button of its own. */}
      <path
        className={styles.shape}
        data-id={one.id}
        data-own={own || undefined}
        data-denied={one.said === "false" || undefined}
        role="button"
        aria-pressed={chosen}
        aria-label={name}
        tabIndex={stop ? 0 : -1}
        d={pathOf(one)}
        style={{ color: markColour(one.classId) }}
        vectorEffect="non-scaling-stroke"
      >
        <title>{name}</title>
      </path>
    </>
  );
});
