/** What this browser keeps for the person: small, and theirs to change in the settings. */
import { useSyncExternalStore } from "react";
import { onLeave } from "./session";

/** What somebody said may be kept. */
export interface Said {
  /** Null where nobody was signed in. */
  by: string | null;
  consent: "none" | "store" | "train";
  /** The version of the text that was shown, where it was there. */
  version: string | null;
}

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
  /** As last said here; it stands in for that person's own choice where the account's is not known. */
  consent: Said | null;
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

onLeave(() => prefer({ consent: null }));

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
