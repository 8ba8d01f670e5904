import { describe, expect, it } from "vitest";
import { headline, measures, spoken } from "./metrics";

const TREE = {
  all_known: { accuracy: { rate: 0.9, n: 50, interval: [0.8, 0.95] }, macro_f1: 0.88, refused_as: {} },
  classes: { map50: 0.7, map50_interval: [0.6, 0.8] },
  note: "text",
};

describe("measures", () => {
  it("are found wherever they stand, with their intervals", () => {
    expect(measures(TREE)).toEqual([
      { name: "all_known.accuracy", value: 0.9, interval: [0.8, 0.95], n: 50 },
      { name: "all_known.macro_f1", value: 0.88, interval: null, n: null },
      { name: "classes.map50", value: 0.7, interval: [0.6, 0.8], n: null },
    ]);
  });

  it("have a headline where we know one", () => {
    expect(headline(TREE)).toEqual({ name: "accuracy", value: 0.9 });
    expect(headline({ classes: TREE.classes })).toEqual({ name: "map50", value: 0.7 });
    expect(headline({})).toBeNull();
  });

  it("are read without underscores", () => {
    expect(spoken("refused.Apple___Black_rot")).toBe("refused · Apple: Black rot");
  });
});
