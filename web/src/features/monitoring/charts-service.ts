import type { TFunction } from "i18next";
import type { Schemas } from "@/lib/api";
import type { Chart, Tint } from "./chart";
import { readable } from "./charts-feedback";

type Performance = Schemas["Performance"];
type Point = Schemas["Point"];
type Level = Schemas["LevelOut"];

const NAMES = 12;
const MS = 1000;

function overTime(of: Performance, t: TFunction): Pick<Chart, "x" | "xKind" | "xName"> {
  return { x: of.series.map((point) => point.start), xKind: "moment", xName: t("monitoring.from") };
}

function ms(seconds: number | null): number | null {
  return seconds === null ? null : seconds * MS;
}

export function times(of: Performance, t: TFunction): Chart {
  return {
    ...overTime(of, t),
    unit: "ms",
    series: [
      {
        name: t("monitoring.mean"),
        tint: "leaf",
        as: "line",
        values: of.series.map((one) => ms(one.avg_inference_time)),
      },
      {
        name: t("monitoring.p95"),
        tint: "sun",
        as: "line",
        values: of.series.map((one) => ms(one.p95_inference_time)),
      },
      {
        name: t("monitoring.queue"),
        tint: "sky",
        as: "line",
        dashed: true,
        values: of.series.map((one) => ms(one.avg_queue_time)),
      },
    ],
  };
}

function errorsOf(point: Point): number {
  return Math.round(point.requests * (point.error_rate ?? 0));
}

export function requests(of: Performance, t: TFunction): Chart {
  return {
    ...overTime(of, t),
    unit: "count",
    stacked: true,
    series: [
      {
        name: t("monitoring.fine"),
        tint: "leaf",
        as: "bar",
        values: of.series.map((one) => one.requests - errorsOf(one)),
      },
      { name: t("monitoring.errors"), tint: "rust", as: "bar", values: of.series.map(errorsOf) },
    ],
  };
}

/** Counts by code, the most first; `words` says what a code is called. */
export function counted(
  counts: Record<string, number>,
  xName: string,
  name: string,
  tint: Tint,
  words: (code: string) => string = readable,
): Chart {
  const most = Object.entries(counts)
    .sort((a, b) => b[1] - a[1])
    .slice(0, NAMES);
  return {
    x: most.map(([one]) => words(one)),
    xKind: "name",
    xName,
    unit: "count",
    lying: true,
    series: [{ name, tint, as: "bar", values: most.map(([, count]) => count) }],
  };
}

/** Twenty bins of one width; x is the middle of each. */
export function histogram(level: Level, xName: string, name: string, tint: Tint): Chart {
  const bins = level.histogram ?? [];
  const low = level.low ?? 0;
  const width = ((level.high ?? 1) - low) / Math.max(1, bins.length);
  return {
    x: bins.map((_, index) => Number((low + (index + 0.5) * width).toPrecision(4))),
    xKind: "number",
    xName,
    unit: "count",
    series: [{ name, tint, as: "bar", values: bins }],
  };
}

export function machine(of: Performance, t: TFunction): Chart {
  const line = (name: string, tint: Tint, pick: "cpu_usage" | "memory_usage" | "gpu_usage") => ({
    name,
    tint,
    as: "line" as const,
    values: of.series.map((one) => one[pick]),
  });
  const gpu = of.resources.gpu.n === 0 ? [] : [line(t("monitoring.gpu"), "rust", "gpu_usage")];
  return {
    ...overTime(of, t),
    unit: "share",
    series: [
      line(t("monitoring.cpu"), "leaf", "cpu_usage"),
      line(t("monitoring.memory"), "sky", "memory_usage"),
      ...gpu,
    ],
  };
}

export function drift(of: Schemas["DriftOut"], t: TFunction, words: (code: string) => string): Chart {
  const features = Object.entries(of.features);
  return {
    x: features.map(([name]) => words(name)),
    xKind: "name",
    xName: t("monitoring.feature"),
    unit: "plain",
    lying: true,
    series: [
      { name: t("monitoring.psi"), tint: "sky", as: "bar", values: features.map(([, one]) => one.psi) },
      {
        name: t("monitoring.reference"),
        tint: "ink-soft",
        as: "points",
        values: features.map(([, one]) => one.reference?.psi ?? null),
      },
      { name: t("monitoring.threshold"), tint: "rust", as: "points", values: features.map(([, one]) => one.threshold) },
    ],
  };
}
