/** Between outlines as the API has them and as the annotation library has them. Pure. */
import type { Verdict } from "./verdicts";

export interface Place {
  bbox: [number, number, number, number];
  polygon: [number, number][] | null;
}

export interface Selector {
  type: string;
  geometry: { bounds: Bounds; points?: number[][]; x?: number; y?: number; w?: number; h?: number };
}

interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

const POINTS_AT_MOST = 500;

/** Where somebody said that something is; of an outline, the box around it. Null where they did not say. */
export function placeIn({ bbox, polygon }: Pick<Verdict, "bbox" | "polygon">): Place | null {
  if (polygon === null || polygon === undefined) return bbox ? { bbox, polygon: null } : null;
  const [across, down] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
  return { bbox: [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)], polygon };
}

export function selectorOf({ bbox, polygon }: Place): Selector {
  const [minX, minY, maxX, maxY] = bbox;
  const bounds = { minX, minY, maxX, maxY };
  return polygon === null
    ? { type: "RECTANGLE", geometry: { bounds, x: minX, y: minY, w: maxX - minX, h: maxY - minY } }
    : { type: "POLYGON", geometry: { bounds, points: polygon } };
}

/** What was drawn, within the photo and to a tenth of a pixel. */
export function placeOf(
  selector: Selector,
  photo: { width: number; height: number },
): Pick<Verdict, "bbox" | "polygon"> {
  const x = (value: number) => Math.round(Math.min(photo.width, Math.max(0, value)) * 10) / 10;
  const y = (value: number) => Math.round(Math.min(photo.height, Math.max(0, value)) * 10) / 10;
  const { bounds, points } = selector.geometry;
  if (points === undefined) return { bbox: [x(bounds.minX), y(bounds.minY), x(bounds.maxX), y(bounds.maxY)] };
  const every = Math.ceil(points.length / POINTS_AT_MOST);
  const kept = points.filter((_, at) => at % every === 0);
  return { polygon: kept.map(([px = 0, py = 0]) => [x(px), y(py)]) };
}
