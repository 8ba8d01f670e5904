import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { api, body, type Prediction, type Schemas } from "@/lib/api";
import { queries } from "@/lib/queries";
import { asked, type Filters } from "./filters";

/** What a row of the list needs of an answer; the rest is left on the server, so that thousands fit. */
export interface Entry {
  id: string;
  at: string;
  pack: string;
  className: string | null;
  confidence: number | null;
  /** Why there is no answer. */
  refusal: Schemas["Refusal"] | null;
  place: string | null;
  spot: readonly [latitude: number, longitude: number] | null;
  told: "right" | "wrong" | "given" | null;
  grade: string | null;
  severity: number | null;
  count: number | null;
  photo: boolean;
  /** A link to its small picture. */
  thumb: string | null;
}

export interface EntryPage {
  items: Entry[];
  total: number | null;
  next: string | null;
}

const PAGE = 100;
const REFRESHED_PAGES = 3;
const LISTS = ["predictions", "list"] as const;

type Seen = Pick<
  Prediction,
  | "prediction_id"
  | "created_at"
  | "model"
  | "user_location"
  | "latitude"
  | "longitude"
  | "grade"
  | "banana_count"
  | "image_id"
  | "thumb_url"
> & {
  result?: { class_name: string; confidence: number } | null;
  refusal?: Schemas["Refusal"] | null;
  severity?: { grade: number | null } | null;
  feedback: { is_correct: boolean | null } | null;
};

function toldBy({ feedback }: Seen): Entry["told"] {
  if (feedback === null) return null;
  if (feedback.is_correct === null) return "given";
  return feedback.is_correct ? "right" : "wrong";
}

export function entryOf(one: Seen): Entry {
  return {
    id: one.prediction_id,
    at: one.created_at,
    pack: one.model,
    className: one.result?.class_name ?? null,
    confidence: one.result?.confidence ?? null,
    refusal: one.refusal ?? null,
    place: one.user_location,
    spot: one.latitude === null || one.longitude === null ? null : [one.latitude, one.longitude],
    told: toldBy(one),
    grade: one.grade ?? null,
    severity: one.severity?.grade ?? null,
    count: one.banana_count ?? null,
    photo: one.image_id !== null,
    thumb: one.thumb_url,
  };
}

async function page(filters: Filters, cursor: string | null): Promise<EntryPage> {
  const query = { ...asked(filters), limit: PAGE, ...(cursor === null ? {} : { cursor }) };
  const found = await body(api.GET("/api/v1/predictions", { params: { query } }));
  return { items: found.items.map(entryOf), total: found.total, next: found.next_cursor };
}

/** The person's answers, newest first, page by page. Long lists are not asked for again when one comes back to them. */
export function useEntries(filters: Filters, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...LISTS, filters],
    queryFn: ({ pageParam }) => page(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    structuralSharing: false,
    enabled,
    refetchOnWindowFocus: false,
    refetchOnMount: (query) => ((query.state.data?.pages.length ?? 0) > REFRESHED_PAGES ? false : "always"),
  });
}

/** Without this one, in every list that is at hand. */
export function without(data: InfiniteData<EntryPage> | undefined, id: string): typeof data {
  if (data === undefined) return data;
  const held = data.pages.some((one) => one.items.some((entry) => entry.id === id));
  if (!held) return data;
  const pages = data.pages.map((one) => ({
    ...one,
    items: one.items.filter((entry) => entry.id !== id),
    total: one.total === null ? null : one.total - 1,
  }));
  return { ...data, pages };
}

/** At once gone from this page's memory; a page that is being closed still sends it. */
export async function deleteEntry(id: string): Promise<void> {
  queries.setQueriesData<InfiniteData<EntryPage>>({ queryKey: LISTS }, (data) => without(data, id));
  queries.removeQueries({ queryKey: ["predictions", "one", id] });
  queries.removeQueries({ queryKey: ["own-photos", id] });
  const params = { path: { prediction_id: id } };
  try {
    await body(api.DELETE("/api/v1/predictions/{prediction_id}", { params, keepalive: true }));
  } catch (error) {
    void queries.invalidateQueries({ queryKey: LISTS });
    throw error;
  }
}
