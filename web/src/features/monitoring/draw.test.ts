import { describe, expect, it } from "vitest";
import type { Chart } from "./chart";
import { figure } from "./draw";
import { PENS } from "./testing";

const CHART: Chart = {
  xName: "Day",
  xKind: "day",
  x: ["a", "b"],
  unit: "share",
  series: [
    { name: "R&D", tint: "leaf", as: "points", values: [0.5, null], low: [0.2, null], high: [0.9, null], n: [100, 25] },
  ],
};

describe("a figure", () => {
  it("says each value with its interval, and lets no name be markup", () => {
    const [drawn] = figure(CHART, PENS).data;
    expect(drawn?.hovertext).toEqual(["<b>R&amp;D</b><br>&lt;a>: 0.50 (0.20–0.90)", "<b>R&amp;D</b><br>&lt;b>: –"]);
    expect(drawn?.error_y).toMatchObject({ array: [0.4, 0], arrayminus: [0.3, 0] });
  });

  it("grows points with what stands behind them", () => {
    const marker = figure(CHART, PENS).data[0]?.marker as { size: number[] };
    expect(marker.size[0]).toBeGreaterThan(marker.size[1] ?? 0);
  });

  it("lays bars down where names are long", () => {
    const lying = figure(
      { ...CHART, lying: true, series: [{ name: "a", tint: "sky", as: "bar", values: [1, 2] }] },
      PENS,
    );
    expect(lying.data[0]).toMatchObject({ orientation: "h", y: ["a", "b"], x: [1, 2] });
    expect(lying.layout.yaxis).toMatchObject({ type: "category", autorange: "reversed" });
  });

  it("shows at most a handful of dates along the axis", () => {
    const x = Array.from({ length: 90 }, (_, day) => String(day));
    const values = x.map(() => 1);
    const many = figure({ ...CHART, x, series: [{ name: "a", tint: "sky", as: "line", values }] }, PENS);
    expect((many.layout.xaxis as { tickvals: string[] }).tickvals.length).toBeLessThanOrEqual(6);
  });
});
