import type { TFunction } from "i18next";
import type { Schemas } from "@/lib/api";
import type { Chart } from "./chart";

type Statistics = Schemas["Statistics"];

function byDay(statistics: Statistics, t: TFunction): Pick<Chart, "x" | "xKind" | "xName"> {
  return { x: statistics.series.map((day) => day.date), xKind: "day", xName: t("monitoring.day") };
}

export function inferenceTime(statistics: Statistics, t: TFunction): Chart {
  const of = (pick: "mean" | "min" | "max" | "p50" | "p95" | "p99") =>
    statistics.series.map((day) => day.inference_ms[pick] ?? null);
  return {
    ...byDay(statistics, t),
    unit: "ms",
    series: [
      { name: t("monitoring.mean"), tint: "leaf", as: "line", values: of("mean") },
      { name: t("monitoring.p50"), tint: "sky", as: "line", values: of("p50"), dashed: true },
      { name: t("monitoring.p95"), tint: "sun", as: "line", values: of("p95") },
      { name: t("monitoring.p99"), tint: "rust", as: "line", values: of("p99") },
      { name: t("monitoring.min"), tint: "ink-soft", as: "line", values: of("min"), dashed: true },
      { name: t("monitoring.max"), tint: "ink-soft", as: "line", values: of("max"), dashed: true },
    ],
  };
}

export function answersByDay(statistics: Statistics, t: TFunction): Chart {
  return {
    ...byDay(statistics, t),
    unit: "count",
    stacked: true,
    series: [
      {
        name: t("monitoring.answered"),
        tint: "leaf",
        as: "bar",
        values: statistics.series.map((day) => day.total_predictions - day.refused),
      },
      { name: t("monitoring.refused"), tint: "sun", as: "bar", values: statistics.series.map((day) => day.refused) },
    ],
  };
}

/** Each day a point that grows with the number of people who said something. */
export function satisfaction(statistics: Statistics, t: TFunction): Chart {
  const of = statistics.series.map((day) => day.satisfaction);
  return {
    ...byDay(statistics, t),
    unit: "share",
    series: [
      {
        name: t("monitoring.satisfied"),
        tint: "leaf",
        as: "points",
        values: of.map((one) => one.rate),
        low: of.map((one) => one.interval?.[0] ?? null),
        high: of.map((one) => one.interval?.[1] ?? null),
        n: of.map((one) => one.n),
      },
    ],
  };
}

export function satisfactionSplit(statistics: Statistics, t: TFunction): Chart {
  const of = statistics.series.map((day) => day.satisfaction);
  return {
    ...byDay(statistics, t),
    unit: "count",
    stacked: true,
    series: [
      { name: t("monitoring.satisfied"), tint: "leaf", as: "bar", values: of.map((one) => one.satisfied) },
      { name: t("monitoring.unsatisfied"), tint: "rust", as: "bar", values: of.map((one) => one.unsatisfied) },
    ],
  };
}
