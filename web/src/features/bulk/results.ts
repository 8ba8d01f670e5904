import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, body } from "@/lib/api";
import { hasEnded, type Job } from "@/lib/jobs";
import { inWords } from "@/lib/problem";
import { queries } from "@/lib/queries";

/** What came of one photo. */
export interface Result {
  index: number;
  file: string;
  /** Why there is no answer at all. */
  error: string | null;
  /** Why the answer names no class. */
  refusal: string | null;
  predictionId: string | null;
  stored: boolean;
  /** A link to its small picture. */
  thumb: string | null;
  pack: string;
  className: string | null;
  confidence: number | null;
  grade: string | null;
  severity: number | null;
  count: number | null;
}

interface Item {
  index: number;
  file: string;
  success: boolean;
  error?: { code: string; detail: string };
  [name: string]: unknown;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function part(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export function resultOf(item: Item): Result {
  return {
    index: item.index,
    file: item.file,
    error: item.success ? null : inWords(item.error ?? {}),
    refusal: text(part(item.refusal, "message")),
    predictionId: text(item.prediction_id),
    stored: text(item.image_id) !== null,
    thumb: text(item.thumb_url),
    pack: text(item.model) ?? "",
    className: text(part(item.result, "class_name")),
    confidence: number(part(item.result, "confidence")),
    grade: text(item.grade),
    severity: number(part(item.severity, "grade")),
    count: number(item.banana_count),
  };
}

const PAGE = 100;
const EVERY_MS = 1500;

/** The results so far, asked for again as the job gets on, but not at every step. */
export function useResults(job: Job) {
  const key = ["jobs", job.job_id, "results"];
  const results = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }) => {
      const query = { limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) };
      const params = { path: { job_id: job.job_id }, query };
      const page = await body(api.GET("/api/v1/jobs/{job_id}/results", { params }));
      const { items, next_cursor } = page as { items: Item[]; next_cursor: string | null };
      return { items: items.map(resultOf), next: next_cursor };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    structuralSharing: false,
  });
  const asked = useRef(0);
  const step = `${job.state} ${job.done} ${job.failed}`;
  const ended = hasEnded(job);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a step of the job is what asks again.
  useEffect(() => {
    const wait = ended ? 0 : Math.max(0, asked.current + EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      asked.current = Date.now();
      void queries.invalidateQueries({ queryKey: ["jobs", job.job_id, "results"] });
    }, wait);
    return () => clearTimeout(timer);
  }, [step, ended, job.job_id]);
  useEffect(() => {
    if (ended) void queries.invalidateQueries({ queryKey: ["jobs", "bulk"] });
  }, [ended]);
  return results;
}
