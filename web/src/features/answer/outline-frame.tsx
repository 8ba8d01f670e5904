import { type AnnotoriousImageAnnotator, type ImageAnnotation, useAnnotator } from "@annotorious/react";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Selector } from "./outline";
import styles from "./outline-frame.module.css";
import { inMiddle, pressed, type Size, standing, type Tool } from "./outline-keys";

export const ID = "outline";

interface FrameProps {
  image: RefObject<HTMLImageElement | null>;
  tool: Tool;
  drawn: RefObject<Selector | null>;
  onChange: (selector: Selector) => void;
  onKeep: () => void;
  children: ReactNode;
}

/** The photo as one stop of the Tab key, where arrow keys move the outline and change its size, and say so. */
export function OutlineFrame({ image, tool, drawn, onChange, onKeep, children }: FrameProps) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const anno = useAnnotator<AnnotoriousImageAnnotator | undefined>();
  const how = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  // The library's layer is a stop of its own, without a name.
  useEffect(() => {
    const layer = anno === undefined || anno === null ? null : frame.current?.querySelector("svg");
    layer?.setAttribute("tabindex", "-1");
    layer?.setAttribute("role", "presentation");
  }, [anno]);

  function key(event: KeyboardEvent) {
    const photo = sizeOf(image.current);
    if (photo === null || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      onKeep();
      return;
    }
    const before = drawn.current;
    const next = pressed(before ?? inMiddle(photo, tool), event.key, event.shiftKey, photo);
    if (next === null) return;
    event.preventDefault();
    const now = before === null ? inMiddle(photo, tool) : next;
    put(anno, now);
    onChange(now);
    const { left, top, width, height } = standing(now, photo);
    setSaid(t("feedback.keys_now", { left: share(left), top: share(top), width: share(width), height: share(height) }));
  }

  return (
    <>
      <div
        ref={frame}
        className={styles.frame}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the arrow keys.
        tabIndex={0}
        aria-label={t("feedback.frame")}
        aria-describedby={how}
        onKeyDown={key}
      >
        {children}
      </div>
      <p id={how} className={styles.keys}>
        {t("feedback.keys_how")}
      </p>
      <div className="visually-hidden" role="status">
        {said}
      </div>
    </>
  );
}

function sizeOf(image: HTMLImageElement | null): Size | null {
  if (image === null || image.naturalWidth === 0) return null;
  return { width: image.naturalWidth, height: image.naturalHeight };
}

/** The only outline that the library shows, ready to be dragged too. */
export function put(anno: AnnotoriousImageAnnotator | undefined, drawn: Selector): void {
  if (anno === undefined || anno === null) return;
  const selector = drawn as unknown as ImageAnnotation["target"]["selector"];
  const one = { id: ID, bodies: [], target: { annotation: ID, selector } };
  const known = anno.getAnnotations();
  for (const other of known) if (other.id !== ID) anno.removeAnnotation(other.id);
  if (known.some((other) => other.id === ID)) anno.updateAnnotation(one);
  else anno.addAnnotation(one);
  anno.setSelected(ID, true);
}
