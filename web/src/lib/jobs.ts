/** Background work on the server, followed to its end. */
import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useEffect } from "react";
import { api, body, type Schemas } from "./api";
import { ProblemError, problemOf } from "./problem";
import { queries } from "./queries";
import { accessToken } from "./session";

export type Job = Schemas["JobOut"];

const AGAIN_MS = 2000;
const TRANSIENT = new Set([401, 429, 502, 503, 504]);

export function hasEnded(job: Pick<Job, "state">): boolean {
  return job.state === "done" || job.state === "failed" || job.state === "cancelled";
}

/** Done and failed of all; null while it is not known how much there is. */
export function shareOf(job: Job): number | null {
  return job.total === null || job.total === 0 ? null : Math.min(1, (job.done + job.failed) / job.total);
}

/**
 * Why a job failed: in English the server's own words, in another language one sentence for all. Null where it said nothing, or
 * tries again.
 */
export function faultOf({ state, error }: Pick<Job, "state" | "error">): string | null {
  return state !== "failed" || error === null ? null : i18next.t("failure.job", { error });
}

export interface ServerEvent {
  id: string;
  data: string;
}

/** Takes whole events off the front of a stream of Server-Sent Events; the rest waits for what comes. */
export function takeEvents(text: string): { events: ServerEvent[]; rest: string } {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const events = blocks.map((block) => {
    const values = (name: string) =>
      block
        .split("\n")
        .filter((line) => line.startsWith(`${name}:`))
        .map((line) => line.slice(name.length + 1).trimStart());
    return { id: values("id").at(-1) ?? "", data: values("data").join("\n") };
  });
  return { events: events.filter((event) => event.data !== ""), rest };
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, AGAIN_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Reads one connection until it ends; returns the last event's id. */
async function listen(response: Response, seen: string, tell: (job: Job) => void): Promise<string> {
  if (response.body === null) return seen;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let last = seen;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const { events, rest } = takeEvents(text + piece.value);
    text = rest;
    for (const event of events) {
      last = event.id;
      tell(JSON.parse(event.data) as Job);
    }
  }
  return last;
}

/** Tells how a job gets on until it has ended. A lost line is taken up where it broke; a job that is gone throws. */
export async function followJob(id: string, tell: (job: Job) => void, signal: AbortSignal): Promise<void> {
  let seen = "";
  let ended = false;
  const hear = (job: Job) => {
    ended = hasEnded(job);
    tell(job);
  };
  while (!ended && !signal.aborted) {
    try {
      const token = await accessToken();
      const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
      if (seen !== "") headers["Last-Event-ID"] = seen;
      const response = await fetch(`/api/v1/jobs/${id}/events`, { headers, signal });
      if (response.status === 204) return;
      if (response.ok) seen = await listen(response, seen, hear);
      else if (!TRANSIENT.has(response.status)) throw new ProblemError(await problemOf(response));
    } catch (error) {
      if (error instanceof ProblemError) throw error;
    }
    if (!ended && !signal.aborted) await pause(signal);
  }
}

/** A job that keeps itself up to date while it is shown. */
export function useJob(id: string | null) {
  const job = useQuery({
    queryKey: ["jobs", id],
    queryFn: () => body(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id ?? "" } } })),
    enabled: id !== null,
  });
  const going = job.data !== undefined && !hasEnded(job.data);
  useEffect(() => {
    if (id === null || !going) return;
    const stop = new AbortController();
    followJob(id, (told) => queries.setQueryData(["jobs", id], told), stop.signal).catch(() =>
      queries.invalidateQueries({ queryKey: ["jobs", id] }),
    );
    return () => stop.abort();
  }, [id, going]);
  return job;
}
