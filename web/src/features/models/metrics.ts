/** Figures of a manifest: a tree of numbers, shares with intervals, and groups, of which each task has its own. */

export interface Measure {
  /** Where it stands in the tree, joined by dots. */
  name: string;
  value: number;
  interval: [number, number] | null;
  n: number | null;
}

const HEADLINES = [
  ["all_known.accuracy", "accuracy"],
  ["classes.map50", "map50"],
  ["map50", "map50"],
  ["accuracy", "accuracy"],
] as const;

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pair(value: unknown): [number, number] | null {
  const [low, high] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof low === "number" && typeof high === "number" ? [low, high] : null;
}

function shareOf(name: string, group: Record<string, unknown>): Measure | null {
  const { rate, n, interval } = group;
  if (typeof rate !== "number") return null;
  return { name, value: rate, interval: pair(interval), n: typeof n === "number" ? n : null };
}

/** Every figure, in the manifest's order; a figure takes the interval that stands beside it as `…_interval`. */
export function measures(tree: Record<string, unknown>, before = ""): Measure[] {
  return Object.entries(tree).flatMap(([key, value]): Measure[] => {
    const name = before + key;
    if (typeof value === "number") return [{ name, value, interval: pair(tree[`${key}_interval`]), n: null }];
    if (!isGroup(value)) return [];
    const share = shareOf(name, value);
    return share === null ? measures(value, `${name}.`) : [share];
  });
}

/** The one figure that says most. */
export function headline(tree: Record<string, unknown>): { name: "accuracy" | "map50"; value: number } | null {
  const all = measures(tree);
  for (const [path, name] of HEADLINES) {
    const found = all.find((one) => one.name === path);
    if (found !== undefined) return { name, value: found.value };
  }
  return null;
}

/** `all_known.macro_f1` as people read it. */
export function spoken(name: string): string {
  return name.split(".").join(" · ").replaceAll("___", ": ").replaceAll("_", " ");
}
