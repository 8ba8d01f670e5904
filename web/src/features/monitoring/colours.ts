import { useSyncExternalStore } from "react";
import { usePreferences } from "@/lib/preferences";
import type { Tint } from "./chart";

export type Colours = Record<Tint | "ink" | "line" | "surface" | "font", string>;

const DARK = "(prefers-color-scheme: dark)";
const NAMES = ["leaf", "sky", "sun", "rust", "ink-soft", "ink", "line", "surface"] as const;

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(DARK);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** The tokens as the browser resolves them now; a token itself may be `light-dark(…)`, which no chart understands. */
function resolve(): Colours {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(NAMES.map((name) => [name, colour(name)]));
  const font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return { ...found, font } as Colours;
}

let known: { key: string; colours: Colours } | null = null;

/** The colours of the theme that is shown; new ones when it changes. */
export function useColours(): Colours {
  const dark = useSyncExternalStore(subscribe, () => window.matchMedia(DARK).matches);
  const { theme } = usePreferences();
  const key = `${theme} ${dark}`;
  if (known?.key !== key) known = { key, colours: resolve() };
  return known.colours;
}
