/** What we use of Plotly; it ships no types. */
declare module "plotly.js-basic-dist-min" {
  export type Trace = Record<string, unknown>;
  export type Layout = Record<string, unknown>;

  interface Figure {
    data: Trace[];
    layout: Layout;
  }

  export interface Plotly {
    react(element: HTMLElement, data: Trace[], layout: Layout, config: Record<string, unknown>): Promise<void>;
    purge(element: HTMLElement): void;
    toImage(figure: Figure, options: { format: "png"; width: number; height: number; scale: number }): Promise<string>;
    Plots: { resize(element: HTMLElement): unknown };
  }

  const plotly: Plotly;
  export default plotly;
}
