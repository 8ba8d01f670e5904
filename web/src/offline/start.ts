/** Sends what waits whenever there is a chance: at the start, when the network is back, when the person is. */
import { onArrival, onLeave } from "@/lib/session";
import { forgetPerson } from "./kept";

const FLAG = "cultivar.waiting";

function go(): void {
  if (localStorage.getItem(FLAG) !== null) void import("./queue").then(({ drain }) => drain());
}

export function startQueue(): void {
  window.addEventListener("online", go);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && go());
  onLeave(forgetPerson);
  onArrival(go);
  go();
}
