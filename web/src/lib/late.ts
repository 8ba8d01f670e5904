/** Code that the first look at a page does without. */
import { useCallback, useEffect, useState } from "react";

const LATEST_MS = 1500;
const WITHOUT_IDLE_MS = 300; // Safari does not say when it is idle

interface Late<T> {
  /** Undefined until it is here. It comes when the page has nothing better to do. */
  code: T | undefined;
  /** The code, fetched now where it is not here. Throws where the network is away, and can be called again. */
  fetch: () => Promise<T>;
}

function whenIdle(work: () => void): () => void {
  if ("requestIdleCallback" in window) {
    const asked = requestIdleCallback(work, { timeout: LATEST_MS });
    return () => cancelIdleCallback(asked);
  }
  const timer = setTimeout(work, WITHOUT_IDLE_MS);
  return () => clearTimeout(timer);
}

let failed = false;

/** Vite asks for a style sheet once; one that did not come is asked for anew. */
function styleAgain(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]"))
    if (link.sheet === null) link.replaceWith(link.cloneNode());
  failed = false;
}

/** `load` imports a module, and is the same function at every call. */
export function useLate<T extends object>(load: () => Promise<T>): Late<T> {
  const [code, setCode] = useState<T>();
  const fetch = useCallback(async () => {
    if (failed) styleAgain();
    try {
      const here = await load();
      setCode(here);
      return here;
    } catch (error) {
      failed = true;
      throw error;
    }
  }, [load]);
  useEffect(() => {
    const quietly = () => void fetch().catch(() => undefined);
    const forget = whenIdle(quietly);
    window.addEventListener("online", quietly);
    return () => {
      forget();
      window.removeEventListener("online", quietly);
    };
  }, [fetch]);
  return { code, fetch };
}
