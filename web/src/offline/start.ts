/** Sends what waits whenever there is a chance: at the start, when the network is back, when the person is. */
import { sessionState, subscribe } from "@/lib/session";
import { forgetAnswers } from "./kept";

const FLAG = "cultivar.waiting";

function go(): void {
  if (localStorage.getItem(FLAG) !== null) void import("./queue").then(({ drain }) => drain());
}

export function startQueue(): void {
  window.addEventListener("online", go);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && go());
  let before = sessionState();
  subscribe(() => {
    const now = sessionState();
    if (before === "in" && now === "out") void forgetAnswers();
    if (before !== "in" && now === "in") go();
    before = now;
  });
  go();
}
