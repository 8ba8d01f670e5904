/**
 * What the server said last, kept by the browser so that a page opens without a network as it was left. It is
 * forgotten with the person.
 */
import { dehydrate, hydrate } from "@tanstack/react-query";
import { BUILD } from "./build";
import { queries } from "./queries";
import { forgetRemembered } from "./remembered";
import { holder, onLeave, sessionState } from "./session";

const PLACE = "cultivar-memory";
const KEY = "/memory";
const SOON_MS = 1000;
const MOST_BYTES = 4_000_000;
const OLDEST_MS = 30 * 24 * 3600 * 1000;

interface Memory {
  /** Another build may have kept another shape. */
  build: string;
  who: string | null;
  at: number;
  state: ReturnType<typeof dehydrate>;
}

/** Called once at start, before anything is asked. What cannot be read is as if it were not there. */
export async function recallAll(): Promise<void> {
  if (!("caches" in globalThis)) return;
  try {
    const kept = await (await caches.open(PLACE)).match(KEY);
    const memory = (await kept?.json()) as Memory | undefined;
    if (memory === undefined) return;
    const old = memory.build !== BUILD || Date.now() - memory.at > OLDEST_MS;
    if (old || memory.who !== holder()) return await forgetAll();
    for (const query of memory.state.queries) query.state.dataUpdatedAt = 0; // shown at once, and asked for again
    hydrate(queries, memory.state);
  } catch {
    await forgetAll();
  }
}

export async function keepAll(): Promise<void> {
  if (!("caches" in globalThis) || sessionState() !== "in") return;
  const state = dehydrate(queries, {
    shouldDehydrateQuery: ({ state: { status }, meta }) => status === "success" && meta?.fleeting !== true,
  });
  const who = holder();
  const text = JSON.stringify({ build: BUILD, who, at: Date.now(), state } satisfies Memory);
  if (text.length > MOST_BYTES) return;
  const type = { headers: { "Content-Type": "application/json" } };
  const place = await caches.open(PLACE);
  if (holder() === who) await place.put(KEY, new Response(text, type));
}

export async function forgetAll(): Promise<void> {
  if ("caches" in globalThis) await caches.delete(PLACE);
}

/** As on a first visit: a page that breaks over what is remembered would break again at each load. */
export async function startAfresh(): Promise<void> {
  queries.clear(); // or it is kept once more when this page goes
  forgetRemembered();
  await forgetAll().catch(() => undefined);
}

/** Keeps soon after anything has come, and when the page is put away, which on a phone may be the last that it hears. */
export function startMemory(): void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  queries.getQueryCache().subscribe(({ type }) => {
    if (type !== "updated" || soon !== undefined) return;
    soon = setTimeout(() => {
      soon = undefined;
      void keepAll();
    }, SOON_MS);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void keepAll();
  });
  onLeave(forgetAll);
}
