/** What the list is to show, and how the server is asked for it. */
import type { paths } from "@/generated/api";
import { lasting } from "@/lib/lasting";

export const COUNTS = ["banana_count", "not_mature_count", "mature_count", "ripe_count", "over_ripe_count"] as const;
export type Count = (typeof COUNTS)[number];

/** Empty text is any. */
export interface Filters {
  q: string;
  pack: string;
  className: string;
  answered: "" | "answered" | "refused";
  told: "" | "given" | "none";
  /** Days of the person's own calendar, YYYY-MM-DD. */
  from: string;
  to: string;
  count: Count;
  least: string;
  most: string;
}

export const ANY: Filters = {
  q: "",
  pack: "",
  className: "",
  answered: "",
  told: "",
  from: "",
  to: "",
  count: "banana_count",
  least: "",
  most: "",
};

type Query = NonNullable<NonNullable<paths["/api/v1/predictions"]["get"]["parameters"]["query"]>>;

/** The first moment of a day here, `days` later. */
function moment(day: string, days = 0): string | undefined {
  const date = new Date(`${day}T00:00`);
  if (Number.isNaN(date.valueOf())) return undefined;
  date.setDate(date.getDate() + days);
  return date.toISOString();
}

function whole(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** The query of `GET predictions`. */
export function asked(filters: Filters): Query {
  const all = {
    q: filters.q.trim() || undefined,
    model: filters.pack || undefined,
    class_name: filters.className || undefined,
    refused: filters.answered === "" ? undefined : filters.answered === "refused",
    has_feedback: filters.told === "" ? undefined : filters.told === "given",
    from: filters.from === "" ? undefined : moment(filters.from),
    to: filters.to === "" ? undefined : moment(filters.to, 1),
    [`${filters.count}_min`]: whole(filters.least),
    [`${filters.count}_max`]: whole(filters.most),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** How many filters hold something back, the search not counted. */
export function active(filters: Filters): number {
  const { q: _, ...rest } = asked(filters);
  return Object.keys(rest).length;
}

const shown = lasting(ANY);

/** They stay while one looks at an answer and comes back. */
export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  return [shown.useIt(), change];
}

function change(to: Partial<Filters>): void {
  shown.set({ ...shown.now(), ...to });
}
