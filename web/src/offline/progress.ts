/** How far each request of this tab is, by its key; gone once it has ended. */
import { useSyncExternalStore } from "react";

/** 0 to 1 while it is sent; null while the server looks at it. */
export type Progress = ReadonlyMap<string, number | null>;

let current: Progress = new Map();
const listeners = new Set<() => void>();

function become(next: Progress): void {
  current = next;
  for (const listener of listeners) listener();
}

export function tell(key: string, share: number | null): void {
  become(new Map(current).set(key, share));
}

export function ended(key: string): void {
  const next = new Map(current);
  next.delete(key);
  become(next);
}

export function useProgress(): Progress {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
