/**
 * Small pictures. A list's own answer carries a link to each, which counts against no limit. Where there is none, or it
 * has ended, the API is asked: a few at a time, newest wish first, and not more in a minute than leaves room for what
 * the person does. The last some hundred of those are kept.
 */
import { useEffect, useState } from "react";
import { picture } from "./api";
import { ProblemError } from "./problem";
import { onLeave } from "./session";

const AT_ONCE = 4;
const PER_MINUTE = 60;
const KEPT = 300;
const SETTLE_MS = 120;
const MINUTE_MS = 60_000;
/** Shorter than a link lasts. Each list brings new links; the browser knows the picture of the old one. */
const SAME_MS = 45 * MINUTE_MS;

interface Wish {
  path: string;
  tell: (url: string | null) => void;
}

const links = new Map<string, { link: string; until: number }>();
const kept = new Map<string, string>();
const missing = new Set<string>();
const begun: number[] = [];
let wishes: Wish[] = [];
let busy = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function keep(path: string, url: string): void {
  kept.set(path, url);
  for (const [oldest, old] of kept) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
    URL.revokeObjectURL(old);
  }
}

/** Nobody's pictures outlast their session. */
onLeave(() => {
  for (const url of kept.values()) URL.revokeObjectURL(url);
  kept.clear();
  links.clear();
  missing.clear();
});

/** How long until another one may be asked for. */
export function waitBefore(begins: readonly number[], now: number): number {
  const oldest = begins.at(-PER_MINUTE);
  return oldest === undefined ? 0 : Math.max(0, oldest + MINUTE_MS - now);
}

function work(): void {
  clearTimeout(timer);
  while (busy < AT_ONCE && wishes.length > 0) {
    const wait = waitBefore(begun, Date.now());
    if (wait > 0) {
      timer = setTimeout(work, wait);
      return;
    }
    const wish = wishes.pop();
    if (wish !== undefined) void load(wish);
  }
}

async function load(wish: Wish): Promise<void> {
  busy += 1;
  begun.push(Date.now());
  begun.splice(0, begun.length - PER_MINUTE);
  try {
    keep(wish.path, await picture(wish.path));
    wish.tell(kept.get(wish.path) ?? null);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 429) {
      wishes.unshift(wish);
      begun.push(...Array<number>(PER_MINUTE).fill(Date.now()));
    } else if (error instanceof ProblemError && error.problem.status < 500) {
      missing.add(wish.path);
    }
  } finally {
    busy -= 1;
    work();
  }
}

export interface Thumbnail {
  /** Null until there is one. */
  url: string | null;
  /** To be called when the picture at `url` does not open. */
  failed: () => void;
}

/** The picture of a prediction, by its link where one is given. Null as prediction asks for nothing. */
export function useThumbnail(prediction: string | null, link: string | null = null): Thumbnail {
  const [dead, setDead] = useState<string | null>(null);
  const linked = useLinked(prediction, link, dead);
  const needed = prediction !== null && (link === null || link === dead);
  const fetched = useFetched(needed ? `/api/v1/predictions/${prediction}/image?size=thumb` : null);
  return { url: linked ?? fetched, failed: () => linked !== null && setDead(linked) };
}

/** The link once the list stands still: what flies past asks for nothing. Null where it is dead. */
function useLinked(prediction: string | null, link: string | null, dead: string | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const known = prediction === null || link === null ? undefined : links.get(prediction);
    const alive = known !== undefined && known.until > Date.now() && known.link !== dead;
    setUrl(alive ? known.link : null);
    if (alive || prediction === null || link === null || link === dead) return;
    const settled = setTimeout(() => {
      links.set(prediction, { link, until: Date.now() + SAME_MS });
      setUrl(link);
    }, SETTLE_MS);
    return () => clearTimeout(settled);
  }, [prediction, link, dead]);
  return url;
}

function useFetched(path: string | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const known = path === null ? null : (kept.get(path) ?? null);
    setUrl(known);
    if (path === null || known !== null || missing.has(path)) return;
    const wish = { path, tell: setUrl };
    const settled = setTimeout(() => {
      wishes.push(wish);
      work();
    }, SETTLE_MS);
    return () => {
      clearTimeout(settled);
      wishes = wishes.filter((one) => one !== wish);
    };
  }, [path]);
  return url;
}
