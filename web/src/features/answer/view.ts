/** How a photo lies in its frame: scaled by `scale` about its upper left corner, then moved by x, y in pixels of the screen. Pure. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
export const LARGEST = 8;

/** The photo covers its frame always: nothing beside it comes into view. */
export function kept(view: View, frame: Size): View {
  const scale = Math.min(LARGEST, Math.max(1, view.scale));
  const within = (at: number, side: number) => Math.min(0, Math.max(side * (1 - scale), at));
  return { scale, x: within(view.x, frame.width), y: within(view.y, frame.height) };
}

/** Larger by `factor`, with the point (x, y) of the frame where it was. */
export function zoomed(view: View, factor: number, x: number, y: number, frame: Size): View {
  const scale = Math.min(LARGEST, Math.max(1, view.scale * factor));
  const by = scale / view.scale;
  return kept({ scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by }, frame);
}

export function moved(view: View, dx: number, dy: number, frame: Size): View {
  return kept({ ...view, x: view.x + dx, y: view.y + dy }, frame);
}
