/** What this browser keeps for the person: small, and theirs to change in the settings. */
import { useSyncExternalStore } from "react";

export interface Preferences {
  /** Null follows the browser. */
  language: string | null;
  theme: "system" | "light" | "dark";
  /** The pack that looks next. Null takes the server's default. */
  pack: string | null;
  /** Whether thresholds are shown at the scan. */
  thresholds: boolean;
  /** Weaker answers are left out. Null takes the pack's own. */
  minConfidence: number | null;
  /** What may be kept, as last chosen here; it stands in where the account's choice is not known. */
  consent: "none" | "store" | "train" | null;
}

const KEY = "cultivar.preferences";
const DEFAULTS: Preferences = {
  language: null,
  theme: "system",
  pack: null,
  thresholds: false,
  minConfidence: null,
  consent: null,
};
const listeners = new Set<() => void>();

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

let current = read();

export function preferences(): Preferences {
  return current;
}

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem(KEY, JSON.stringify(current));
  applyTheme();
  for (const listener of listeners) listener();
}

export function applyTheme(): void {
  if (current.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = current.theme;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, preferences);
}
