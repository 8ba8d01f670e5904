/** Outlines by keyboard: what an arrow key makes of one. Pure; in pixels of the photo. */
import { type Place, type Selector, selectorOf } from "./outline";

export interface Size {
  width: number;
  height: number;
}

export type Tool = "polygon" | "rectangle";

/** Of the longer side of the photo, for each press. */
const STEP = 0.005;
const LEAST_STEPS = 2;
const FIRST = 0.3;

const WAYS: Record<string, readonly [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What to begin with: a box in the middle of the photo. */
export function inMiddle(photo: Size, tool: Tool): Selector {
  const [x, y] = [(photo.width * (1 - FIRST)) / 2, (photo.height * (1 - FIRST)) / 2];
  const [right, bottom] = [photo.width - x, photo.height - y];
  const bbox: Place["bbox"] = [x, y, right, bottom];
  const corners: Place["polygon"] = [
    [x, y],
    [right, y],
    [right, bottom],
    [x, bottom],
  ];
  return selectorOf({ bbox, polygon: tool === "polygon" ? corners : null });
}

/** After an arrow key, within the photo: elsewhere, or with Shift wider or narrower. Null for any other key. */
export function pressed(before: Selector, key: string, shift: boolean, photo: Size): Selector | null {
  const way = WAYS[key];
  if (way === undefined) return null;
  const { minX, minY, maxX, maxY } = before.geometry.bounds;
  const step = STEP * Math.max(photo.width, photo.height);
  const [dx, dy] = [way[0] * step, way[1] * step];
  const within = (value: number, least: number, most: number) =>
    Math.min(Math.max(value, least), Math.max(least, most));
  if (!shift) {
    const [x, y] = [within(minX + dx, 0, photo.width - maxX + minX), within(minY + dy, 0, photo.height - maxY + minY)];
    return mapped(before, (px, py) => [px + x - minX, py + y - minY]);
  }
  const least = LEAST_STEPS * step;
  const wide = dx === 0 ? 1 : (within(maxX + dx, minX + least, photo.width) - minX) / (maxX - minX);
  const high = dy === 0 ? 1 : (within(maxY + dy, minY + least, photo.height) - minY) / (maxY - minY);
  return mapped(before, (px, py) => [minX + (px - minX) * wide, minY + (py - minY) * high]);
}

function mapped({ geometry }: Selector, move: (x: number, y: number) => [number, number]): Selector {
  const { minX, minY, maxX, maxY } = geometry.bounds;
  const polygon = geometry.points?.map(([x = 0, y = 0]) => move(x, y)) ?? null;
  return selectorOf({ bbox: [...move(minX, minY), ...move(maxX, maxY)], polygon });
}

/** Where it is and how large, as shares of the photo. */
export function standing({ geometry: { bounds } }: Selector, photo: Size) {
  return {
    left: bounds.minX / photo.width,
    top: bounds.minY / photo.height,
    width: (bounds.maxX - bounds.minX) / photo.width,
    height: (bounds.maxY - bounds.minY) / photo.height,
  };
}
