/** State of a page that stays while one looks elsewhere, and goes with the person whose it is. */
import { useSyncExternalStore } from "react";
import { onLeave } from "./session";

interface Lasting<T> {
  useIt: () => T;
  now: () => T;
  set: (next: T) => void;
}

export function lasting<T>(first: T): Lasting<T> {
  let current = first;
  const listeners = new Set<() => void>();
  const now = () => current;
  const set = (next: T) => {
    current = next;
    for (const listener of listeners) listener();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  onLeave(() => set(first));
  return { useIt: () => useSyncExternalStore(subscribe, now), now, set };
}
