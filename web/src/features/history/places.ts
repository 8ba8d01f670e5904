import type { Entry } from "./entries";

export interface Place {
  latitude: number;
  longitude: number;
  entries: Entry[];
}

/** Degrees shown, with some room around; never so few that one place fills the map. */
export interface Frame {
  south: number;
  west: number;
  height: number;
  width: number;
}

const ROOM = 0.15;
const LEAST_DEG = 0.4;

/** The places that were kept with answers; the server keeps them to a tenth of a degree. */
export function placesOf(entries: readonly Entry[]): Place[] {
  const places = new Map<string, Place>();
  for (const entry of entries) {
    if (entry.spot === null) continue;
    const [latitude, longitude] = entry.spot;
    const key = `${latitude.toFixed(1)} ${longitude.toFixed(1)}`;
    const place = places.get(key) ?? { latitude, longitude, entries: [] };
    place.entries.push(entry);
    places.set(key, place);
  }
  return [...places.values()].sort((a, b) => b.entries.length - a.entries.length);
}

/** What holds all places. A degree of longitude is narrower away from the equator; the frame is as wide as it is high on the ground. */
export function frameOf(places: readonly Place[]): Frame {
  const south = Math.min(...places.map((one) => one.latitude));
  const north = Math.max(...places.map((one) => one.latitude));
  const west = Math.min(...places.map((one) => one.longitude));
  const east = Math.max(...places.map((one) => one.longitude));
  const shrink = Math.max(0.1, Math.cos((((south + north) / 2) * Math.PI) / 180));
  const side = Math.max(LEAST_DEG, north - south, (east - west) * shrink) * (1 + 2 * ROOM);
  return {
    south: (south + north) / 2 - side / 2,
    west: (west + east) / 2 - side / shrink / 2,
    height: side,
    width: side / shrink,
  };
}

/** Round degrees at which to draw a line: about five of them. */
export function ticks(from: number, length: number): number[] {
  const rough = length / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power * 10;
  const first = Math.ceil(from / step);
  const many = Math.floor((from + length) / step) - first + 1;
  return Array.from({ length: many }, (_, at) => Number(((first + at) * step).toFixed(6)));
}
