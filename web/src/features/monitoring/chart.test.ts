import { describe, expect, it } from "vitest";
import { type Chart, columns, csv, isEmpty } from "./chart";

const WORDS = { low: "low", high: "high", n: "n" };
const CHART: Chart = {
  xName: "Class",
  xKind: "name",
  x: ["=1+1", 'a "b", c'],
  unit: "share",
  series: [
    { name: "Right", tint: "leaf", as: "bar", values: [0.5, null], low: [0.1, null], high: [0.9, null], n: [4, 0] },
  ],
};

describe("a chart", () => {
  it("is a table with its intervals and counts", () => {
    expect(columns(CHART, WORDS).map((column) => column.name)).toEqual([
      "Class",
      "Right",
      "Right, low",
      "Right, high",
      "Right, n",
    ]);
  });

  it("is CSV that no spreadsheet runs", () => {
    expect(csv(columns(CHART, WORDS))).toBe(
      'Class,Right,"Right, low","Right, high","Right, n"\r\n\'=1+1,0.5,0.1,0.9,4\r\n"a ""b"", c",,,,0\r\n',
    );
  });

  it("is empty without values, and where everything counted is nought", () => {
    expect(isEmpty(CHART)).toBe(false);
    expect(isEmpty({ ...CHART, series: [] })).toBe(true);
    const nought = [{ name: "a", tint: "leaf", as: "bar", values: [0, 0] }] as const;
    expect(isEmpty({ ...CHART, unit: "count", series: nought })).toBe(true);
    expect(isEmpty({ ...CHART, unit: "share", series: nought })).toBe(false);
  });
});
