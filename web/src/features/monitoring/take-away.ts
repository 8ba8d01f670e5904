import { fileName, save } from "@/lib/save";
import { type Column, csv } from "./chart";
import type { Figure, Pens } from "./draw";
import { loadPlotly } from "./plotly";

const PNG = { format: "png", width: 1200, height: 675, scale: 2 } as const;

/** The picture in a `data:` URL; the page's policy lets no `fetch` read one. */
function bytesOf(url: string): Blob {
  const text = atob(url.slice(url.indexOf(",") + 1));
  return new Blob([Uint8Array.from(text, (sign) => sign.charCodeAt(0))], { type: "image/png" });
}

export function saveTable(title: string, table: readonly Column[]): void {
  save(fileName(title, "csv"), new Blob(["\ufeff", csv(table)], { type: "text/csv" }));
}

/** What was drawn, under its title; `height` in pixels where it needs more or less than usual. */
export async function savePicture(
  title: string,
  drawn: Figure,
  pens: Pens,
  height: number = PNG.height,
): Promise<void> {
  const plotly = await loadPlotly();
  const layout = {
    ...drawn.layout,
    autosize: false,
    paper_bgcolor: pens.colours.surface,
    title: { text: title, x: 0.02, xanchor: "left" },
    margin: { l: 70, r: 30, t: 110, b: 60 },
  };
  save(fileName(title, "png"), bytesOf(await plotly.toImage({ data: drawn.data, layout }, { ...PNG, height })));
}
