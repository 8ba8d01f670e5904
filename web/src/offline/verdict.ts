/** What is to be done with a request that the server has answered. */
import { inWords, problemIn } from "@/lib/problem";
import type { Reply } from "./upload";

export type Verdict =
  | { what: "answered" }
  /** The server is busy or broken: the same again in so many seconds. */
  | { what: "later"; seconds: number }
  /** It will never be taken as it is. */
  | { what: "refused"; problem: string };

const BUSY = new Set([408, 425, 429, 503]);
const IN_USE = "idempotency_in_use";
const TRIES = 5;
const LONGEST_S = 60;

/** Seconds to wait before the next try: 2, 4, 8 … a minute. */
export function pause(tries: number): number {
  return Math.min(LONGEST_S, 2 ** (tries + 1));
}

/** A broken server is asked again a few times, a busy one for ever. */
export function verdict(reply: Reply, tries: number): Verdict {
  if (reply.status >= 200 && reply.status < 300) return { what: "answered" };
  const problem = problemIn(reply.status, reply.text);
  const busy = BUSY.has(reply.status) || problem.code === IN_USE;
  if (busy || (reply.status >= 500 && tries + 1 < TRIES))
    return { what: "later", seconds: reply.retryAfter ?? pause(tries) };
  return { what: "refused", problem: inWords(problem) };
}
