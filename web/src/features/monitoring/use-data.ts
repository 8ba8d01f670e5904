import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "@/lib/api";
import { daysOf, narrowed, type Scope, spanOf } from "./scope";

const EVERY_MS = 30_000;
const ALERTS = 20;
const VERSIONS = 100;
/** What all questions of this page begin with, so that they are asked again together. */
export const MONITORING = "monitoring";

function live(on: boolean) {
  return { placeholderData: keepPreviousData, refetchInterval: on ? EVERY_MS : (false as const) };
}

/** The client's types lose that an interval is a pair. */
function told<T>(asked: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<T> {
  return body(asked) as Promise<T>;
}

export function useStatistics(scope: Scope, on: boolean) {
  const query = { days: daysOf(scope.range), mine: scope.mine, ...narrowed(scope) };
  return useQuery({
    queryKey: [MONITORING, "statistics", query],
    queryFn: () => told<Schemas["Statistics"]>(api.GET("/api/v1/statistics", { params: { query } })),
    ...live(on),
  });
}

export function useFeedback(scope: Scope, on: boolean) {
  const query = { days: daysOf(scope.range), mine: scope.mine, ...narrowed(scope) };
  return useQuery({
    queryKey: [MONITORING, "feedback", query],
    queryFn: () => told<Schemas["FeedbackStats"]>(api.GET("/api/v1/feedback/stats", { params: { query } })),
    ...live(on),
  });
}

export function usePerformance(scope: Scope, on: boolean) {
  const query = { window: spanOf(scope.range), ...narrowed(scope) };
  return useQuery({
    queryKey: [MONITORING, "performance", query],
    queryFn: () => told<Schemas["Performance"]>(api.GET("/api/v1/monitoring/performance", { params: { query } })),
    ...live(on),
  });
}

export function useDrift(scope: Scope, on: boolean) {
  const query = narrowed(scope);
  return useQuery({
    queryKey: [MONITORING, "drift", query],
    queryFn: () => told<Schemas["DriftReport"]>(api.GET("/api/v1/monitoring/drift", { params: { query } })),
    ...live(on),
  });
}

export function useAlerts(on: boolean) {
  return useInfiniteQuery({
    queryKey: [MONITORING, "alerts"],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/v1/monitoring/alerts", {
          params: { query: { limit: ALERTS, ...(pageParam !== null && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: on ? EVERY_MS : false,
  });
}

/** The names of all versions, newest first, however many pages they fill. */
async function versionsOf(pack: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: VERSIONS, ...(cursor !== null && { cursor }) };
    const page: Schemas["Page_VersionOut_"] = await body(
      api.GET("/api/v1/models/{pack}/versions", { params: { path: { pack }, query } }),
    );
    found.push(...page.items.map((one) => one.version));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
}

export function useVersions(model: string | null) {
  return useQuery({
    queryKey: ["models", model, "versions", "names"],
    queryFn: () => versionsOf(model ?? ""),
    enabled: model !== null,
  });
}
