/** A chart as data: drawn, read as a table and saved as CSV from the same numbers. */

export type Tint = "leaf" | "sky" | "sun" | "rust" | "ink-soft";
export type Unit = "ms" | "share" | "count" | "plain";
export type Numbers = readonly (number | null)[];

export interface Series {
  name: string;
  tint: Tint;
  as: "line" | "bar" | "points";
  values: Numbers;
  dashed?: boolean;
  /** The ends of an interval around each value. */
  low?: Numbers;
  high?: Numbers;
  /** How much stands behind each value; points grow with it. */
  n?: Numbers;
}

export interface Chart {
  /** What the first column is called. */
  xName: string;
  /** `moment` and `day` are ISO texts, `name` any text, `number` a number. */
  xKind: "moment" | "day" | "name" | "number";
  x: readonly (string | number)[];
  unit: Unit;
  series: readonly Series[];
  stacked?: boolean;
  /** Bars from left to right: room for long names. */
  lying?: boolean;
}

export const TINTS: readonly Tint[] = ["leaf", "sky", "sun", "rust", "ink-soft"];

export function tint(index: number): Tint {
  return TINTS[index % TINTS.length] ?? "leaf";
}

/** Whether there is anything to see. */
export function isEmpty(chart: Chart): boolean {
  return !chart.series.some((one) =>
    one.values.some((value) => value !== null && (chart.unit !== "count" || value > 0)),
  );
}

export interface Column {
  name: string;
  values: readonly (string | number | null)[];
  unit: Unit | "x";
}

/** The table of a chart: its x, then each series with its interval and count where it has them. */
export function columns(chart: Chart, words: { low: string; high: string; n: string }): Column[] {
  const first: Column = { name: chart.xName, values: chart.x, unit: "x" };
  const rest = chart.series.flatMap((one): Column[] => [
    { name: one.name, values: one.values, unit: chart.unit },
    ...(one.low ? [{ name: `${one.name}, ${words.low}`, values: one.low, unit: chart.unit }] : []),
    ...(one.high ? [{ name: `${one.name}, ${words.high}`, values: one.high, unit: chart.unit }] : []),
    ...(one.n ? [{ name: `${one.name}, ${words.n}`, values: one.n, unit: "count" as const }] : []),
  ]);
  return [first, ...rest];
}

/** A cell as CSV has it (RFC 4180). A text that a spreadsheet would run as a formula is kept a text. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export function csv(table: readonly Column[]): string {
  const lines = [table.map((column) => cell(column.name))];
  const length = table[0]?.values.length ?? 0;
  for (let row = 0; row < length; row += 1) lines.push(table.map((column) => cell(column.values[row] ?? null)));
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}
