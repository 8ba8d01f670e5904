/** Draws or mends one outline. Loaded when somebody wants to. */
import "@annotorious/react/annotorious-react.css";
import {
  Annotorious,
  type AnnotoriousImageAnnotator,
  type ImageAnnotation,
  ImageAnnotator,
  useAnnotator,
} from "@annotorious/react";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { type Place, placeOf, type Selector, selectorOf } from "./outline";
import { OutlineFrame, put } from "./outline-frame";
import type { Tool } from "./outline-keys";
import type { Verdict } from "./verdicts";

interface EditorProps {
  url: string;
  /** What is mended; null where a new one is drawn. */
  place: Place | null;
  /** Whether this model outlines or boxes. */
  tool: Tool;
  onClose: () => void;
  onDone: (place: Pick<Verdict, "bbox" | "polygon">) => void;
}

export function OutlineEditor({ url, place, tool, onClose, onDone }: EditorProps) {
  const { t } = useTranslation();
  const image = useRef<HTMLImageElement | null>(null);
  const drawn = useRef<Selector | null>(place === null ? null : selectorOf(place));
  const [ready, setReady] = useState(place !== null);
  function change(selector: Selector) {
    drawn.current = selector;
    setReady(true);
  }
  function save() {
    if (image.current === null || drawn.current === null) return;
    onDone(placeOf(drawn.current, { width: image.current.naturalWidth, height: image.current.naturalHeight }));
  }
  return (
    <Dialog
      title={t(place === null ? "feedback.draw" : "feedback.mend")}
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button tone="quiet" onPress={onClose}>
            {t("action.cancel")}
          </Button>
          <Button isDisabled={!ready} onPress={save}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <p>
        {t(place !== null ? "feedback.mend_how" : tool === "polygon" ? "feedback.draw_how" : "feedback.draw_box_how")}
      </p>
      <Annotorious>
        <OutlineFrame image={image} tool={tool} drawn={drawn} onChange={change} onKeep={save}>
          <ImageAnnotator
            tool={tool}
            drawingEnabled={place === null}
            drawingMode={tool === "polygon" ? "click" : "drag"}
          >
            <img ref={image} src={url} alt={t("answer.photo_alt")} />
          </ImageAnnotator>
        </OutlineFrame>
        <Draft image={image} place={place} onChange={change} />
      </Annotorious>
    </Dialog>
  );
}

interface DraftProps {
  image: RefObject<HTMLImageElement | null>;
  place: Place | null;
  onChange: (selector: Selector) => void;
}

/** Puts the outline into the library's hands and tells of every change. */
function Draft({ image, place, onChange }: DraftProps) {
  const anno = useAnnotator<AnnotoriousImageAnnotator | undefined>();
  const tell = useRef(onChange);
  tell.current = onChange;
  const first = useRef(place);
  useEffect(() => {
    if (anno === undefined || anno === null) return;
    const changed = (one: ImageAnnotation) => tell.current(one.target.selector as unknown as Selector);
    const made = (one: ImageAnnotation) => {
      for (const other of anno.getAnnotations()) if (other.id !== one.id) anno.removeAnnotation(other.id);
      changed(one);
    };
    anno.on("createAnnotation", made);
    anno.on("updateAnnotation", changed);
    let over = false;
    void shown(image.current).then(() => {
      if (over || first.current === null) return;
      put(anno, selectorOf(first.current));
    });
    return () => {
      over = true;
      anno.off("createAnnotation", made);
      anno.off("updateAnnotation", changed);
    };
  }, [anno, image]);
  // Before the photo leaves the page: the library would draw handles at a size of nothing.
  useLayoutEffect(() => () => anno?.clearAnnotations(), [anno]);
  return null;
}

/** Resolves once the photo has its place on the screen: before that the library cannot say how large a handle is. */
async function shown(image: HTMLImageElement | null): Promise<void> {
  await image?.decode();
  while ((image?.getBoundingClientRect().width ?? 1) === 0) await nextFrame();
  await nextFrame();
  await nextFrame();
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
