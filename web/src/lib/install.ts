/** Whether this app can be installed here. A browser says so once, early: this module is loaded with the first page. */
import { useSyncExternalStore } from "react";

interface InstallEvent extends Event {
  prompt: () => Promise<{ outcome: "accepted" | "dismissed" }>;
}

/** `offered`: the browser asks when told to; `share`: by hand, from Safari's menu; `installed`: this is the installed app. */
export type Installing = "offered" | "share" | "installed" | "menu";

let offer: InstallEvent | null = null;
const listeners = new Set<() => void>();

function tell(next: InstallEvent | null): void {
  offer = next;
  for (const listener of listeners) listener();
}

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  tell(event as InstallEvent);
});
window.addEventListener("appinstalled", () => tell(null));

function isApple(): boolean {
  return /iPhone|iPad|iPod/.test(navigator.userAgent);
}

function now(): Installing {
  if (window.matchMedia("(display-mode: standalone)").matches) return "installed";
  if (offer !== null) return "offered";
  return isApple() ? "share" : "menu";
}

export function useInstalling(): Installing {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, now);
}

/** Has the browser ask; an offer holds once. */
export async function install(): Promise<void> {
  const asked = offer;
  tell(null);
  await asked?.prompt();
}
