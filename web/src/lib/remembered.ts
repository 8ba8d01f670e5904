/** What the server said last, kept in this browser so that a page opens without a network. Small things alone. */
import { BUILD } from "./build";

const BEFORE = "cultivar.remembered.";

interface Remembered<T> {
  /** Another build may have kept another shape. */
  build: string;
  value: T;
}

export function remember<T>(name: string, value: T): T {
  localStorage.setItem(BEFORE + name, JSON.stringify({ build: BUILD, value } satisfies Remembered<T>));
  return value;
}

/** Undefined where nothing is known, or by another build alone. */
export function recall<T>(name: string): T | undefined {
  try {
    const found = JSON.parse(localStorage.getItem(BEFORE + name) ?? "null") as Remembered<T> | null;
    return found?.build === BUILD ? found.value : undefined;
  } catch {
    return undefined;
  }
}

export function forgetRemembered(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(BEFORE)) localStorage.removeItem(key);
}
