import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import type { Schemas } from "@/lib/api";
import { accuracyByClass, accuracyByDay, confidenceByDay, readable } from "./charts-feedback";
import { counted, histogram } from "./charts-service";
import { daysOf, narrowed, spanOf } from "./scope";

const t = ((key: string) => key) as unknown as TFunction;

function share(correct: number, n: number): Schemas["Rate"] {
  return { rate: n === 0 ? null : correct / n, n, interval: n === 0 ? null : [0, 1] };
}

function day(date: string, version: string, correct: number, n: number, sure: number): Schemas["DayOfVersion"] {
  return {
    date,
    model: "drawn",
    model_version: version,
    total_predictions: n,
    total_feedback: n,
    correct_predictions: correct,
    incorrect_predictions: n - correct,
    accuracy: share(correct, n),
    avg_confidence: sure,
    avg_confidence_correct: correct > 0 ? sure : null,
    avg_confidence_incorrect: null,
    class_metrics: {},
  };
}

const STATS = {
  class_statistics: {
    Maple___healthy: { total_predictions: 9, total_feedback: 2, correct: 1, incorrect: 1, accuracy: share(1, 2) },
    Maple___Tar_spot: { total_predictions: 5, total_feedback: 4, correct: 4, incorrect: 0, accuracy: share(4, 4) },
    Willow___Rust: { total_predictions: 1, total_feedback: 0, correct: 0, incorrect: 0, accuracy: share(0, 0) },
  },
  model_performance: [
    day("2026-05-02", "2", 1, 1, 0.9),
    day("2026-05-02", "1", 3, 4, 0.5),
    day("2026-05-01", "1", 2, 2, 0.8),
  ],
} as unknown as Schemas["FeedbackStats"];

describe("charts of feedback", () => {
  it("lead with the classes that people said most about, and leave out those of which nobody spoke", () => {
    const chart = accuracyByClass(STATS, t);
    expect(chart.x).toEqual(["Maple: Tar spot", "Maple: healthy"]);
    expect(chart.series[0]?.values).toEqual([1, 0.5]);
  });

  it("keep versions apart, and days without one empty", () => {
    const chart = accuracyByDay(STATS, t);
    expect(chart.x).toEqual(["2026-05-01", "2026-05-02"]);
    expect(chart.series.map((one) => [one.name, one.values])).toEqual([
      ["drawn 1", [1, 0.75]],
      ["drawn 2", [null, 1]],
    ]);
  });

  it("weigh confidence by how many answers it stands for", () => {
    const [right, wrong] = confidenceByDay(STATS, t).series;
    expect(right?.values[1]).toBeCloseTo((0.9 * 1 + 0.5 * 3) / 4);
    expect(wrong?.values).toEqual([null, null]);
  });

  it("write names as people read them", () => {
    expect(readable("Tomato___Early_blight")).toBe("Tomato: Early blight");
  });
});

describe("charts of the service", () => {
  it("count the most first", () => {
    expect(counted({ a: 1, b: 3 }, "x", "n", "sky")).toMatchObject({ x: ["b", "a"], series: [{ values: [3, 1] }] });
  });

  it("stand each bin over its middle", () => {
    const level = { n: 2, mean: 1, max: 2, low: 0, high: 4, histogram: [1, 1] };
    expect(histogram(level, "x", "n", "sky").x).toEqual([1, 3]);
  });
});

describe("a scope", () => {
  it("asks for days of counts, and for no more of performance than is kept", () => {
    expect([daysOf("hour"), daysOf("week"), spanOf("hour"), spanOf("year")]).toEqual([1, 7, "hour", "month"]);
  });

  it("narrows down to a version only within its model", () => {
    const all = { range: "week", model: null, version: "1", mine: false } as const;
    expect(narrowed(all)).toEqual({});
    expect(narrowed({ ...all, model: "drawn" })).toEqual({ model: "drawn", model_version: "1" });
  });
});
