export const RANGES = ["hour", "day", "week", "month", "quarter", "year"] as const;
export type Range = (typeof RANGES)[number];
export type Span = "hour" | "day" | "week" | "month";

/** What is looked at. */
export interface Scope {
  range: Range;
  model: string | null;
  version: string | null;
  mine: boolean;
}

const DAYS: Record<Range, number> = { hour: 1, day: 1, week: 7, month: 30, quarter: 90, year: 366 };

/** Counts are kept by days in UTC: of the last hour and day, today's are shown. */
export function daysOf(range: Range): number {
  return DAYS[range];
}

/** Performance is kept for a month. */
export function spanOf(range: Range): Span {
  return range === "quarter" || range === "year" ? "month" : range;
}

/** The query that narrows an answer down to a model and version. */
export function narrowed({ model, version }: Scope): { model?: string; model_version?: string } {
  return { ...(model !== null && { model }), ...(model !== null && version !== null && { model_version: version }) };
}
