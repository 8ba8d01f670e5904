import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { moved, type View, WHOLE, zoomed } from "./view";

const STEP = 1.5;
const WHEEL = 0.0025;
const A_DRAG = 4;

export interface PanZoom {
  frame: RefObject<HTMLDivElement | null>;
  layer: RefObject<HTMLDivElement | null>;
  zoomedIn: boolean;
  zoomIn: () => void;
  zoomOut: () => void;
  reset: () => void;
}

/**
 * Drag, pinch, wheel with Ctrl, and buttons. The layer is moved by its style alone, so that nothing is rendered while a
 * finger moves; a drag swallows the click that ends it.
 */
export function usePanZoom(): PanZoom {
  const frame = useRef<HTMLDivElement | null>(null);
  const layer = useRef<HTMLDivElement | null>(null);
  const view = useRef<View>(WHOLE);
  const [zoomedIn, setZoomedIn] = useState(false);

  const show = useCallback((next: View) => {
    view.current = next;
    if (layer.current !== null)
      layer.current.style.transform = `translate(${next.x}px, ${next.y}px) scale(${next.scale})`;
    setZoomedIn(next.scale > 1);
  }, []);

  const zoom = useCallback(
    (factor: number, x?: number, y?: number) => {
      const box = frame.current?.getBoundingClientRect();
      if (box !== undefined) show(zoomed(view.current, factor, x ?? box.width / 2, y ?? box.height / 2, box));
    },
    [show],
  );

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const fingers = new Map<number, { x: number; y: number }>();
    let way = 0;

    const down = (event: PointerEvent) => {
      if (fingers.size === 0) way = 0;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    };
    const move = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const now = { x: event.clientX, y: event.clientY };
      const box = element.getBoundingClientRect();
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, now);
      way += Math.hypot(now.x - before.x, now.y - before.y);
      if (other !== undefined) {
        const wide = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
        show(zoomed(view.current, wide, (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top, box));
      } else if (view.current.scale > 1) {
        show(moved(view.current, now.x - before.x, now.y - before.y, box));
      }
    };
    const up = (event: PointerEvent) => fingers.delete(event.pointerId);
    const click = (event: MouseEvent) => {
      if (way > A_DRAG && view.current.scale > 1) event.stopPropagation();
    };
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * WHEEL), event.clientX - box.left, event.clientY - box.top);
    };

    element.addEventListener("pointerdown", down);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
    element.addEventListener("click", click, true);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", down);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
      element.removeEventListener("click", click, true);
      element.removeEventListener("wheel", wheel);
    };
  }, [show, zoom]);

  return {
    frame,
    layer,
    zoomedIn,
    zoomIn: () => zoom(STEP),
    zoomOut: () => zoom(1 / STEP),
    reset: () => show(WHOLE),
  };
}
