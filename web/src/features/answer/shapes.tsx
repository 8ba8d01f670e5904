import { type KeyboardEvent, memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Instance } from "@/lib/api";
import styles from "./photo.module.css";
import { markColour } from "./words";

const NEXT: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** A box, or an outline where there is one, as an SVG path in pixels of the photo. */
export function pathOf({ bbox, polygon }: Pick<Instance, "bbox" | "polygon">): string {
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
  instances: readonly Instance[];
  /** What a shape is called. */
  title: (className: string) => string;
  selected: number | null;
  onSelect: (id: number) => void;
  size: { width: number; height: number };
}

/** What was found, over the photo. One stop of the Tab key; the arrow keys go from one to the next. */
export function Shapes({ instances, title, selected, onSelect, size }: ShapesProps) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const group = useRef<SVGSVGElement | null>(null);
  const stop = instances.some((one) => one.instance_id === selected) ? selected : instances[0]?.instance_id;

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
    const at = instances.findIndex((one) => one.instance_id === Number(here));
    const next = instances.at((at + step) % instances.length);
    group.current?.querySelector<SVGElement>(`[data-id="${next?.instance_id}"]`)?.focus();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset; the shapes in it are its buttons.
    <svg
      ref={group}
      className={styles.shapes}
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-label={t("answer.found", { count: instances.length })}
      role="group"
      onKeyDown={key}
      onClick={(event) => {
        const id = (event.target as Element).getAttribute("data-id");
        if (id !== null) onSelect(Number(id));
      }}
    >
      {instances.map((one) => (
        <Shape
          key={one.instance_id}
          one={one}
          name={`${title(one.class_name)} ${share(one.confidence)}`}
          chosen={one.instance_id === selected}
          stop={one.instance_id === stop}
        />
      ))}
    </svg>
  );
}

interface ShapeProps {
  one: Instance;
  name: string;
  chosen: boolean;
  stop: boolean;
}

const Shape = memo(function Shape({ one, name, chosen, stop }: ShapeProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button of its own.
    <path
      className={styles.shape}
      data-id={one.instance_id}
      role="button"
      aria-pressed={chosen}
      aria-label={name}
      tabIndex={stop ? 0 : -1}
      d={pathOf(one)}
      style={{ color: markColour(one.class_id) }}
      vectorEffect="non-scaling-stroke"
    >
      <title>{name}</title>
    </path>
  );
});
