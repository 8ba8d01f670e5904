import type { Plotly } from "plotly.js-basic-dist-min";

let here: Plotly | null = null;

/** Plotly, fetched when the first chart is shown. */
export async function loadPlotly(): Promise<Plotly> {
  here ??= (await import("plotly.js-basic-dist-min")).default;
  return here;
}

/** Plotly if it is here already. */
export function plotlyIfHere(): Plotly | null {
  return here;
}
