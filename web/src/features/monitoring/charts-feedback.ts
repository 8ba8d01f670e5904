import type { TFunction } from "i18next";
import type { Schemas } from "@/lib/api";
import { type Chart, tint } from "./chart";

type Stats = Schemas["FeedbackStats"];
type DayOfVersion = Schemas["DayOfVersion"];
export interface ClassLine {
  name: string;
  of: Schemas["ClassStatistics"];
}

const CLASSES = 15;
const VERSIONS = 5;

/** `Tomato___Early_blight` as people read it. */
export function readable(name: string): string {
  return name.replaceAll("___", ": ").replaceAll("_", " ");
}

/** Every predicted class, those with most feedback first. */
export function classLines(stats: Stats): ClassLine[] {
  return Object.entries(stats.class_statistics)
    .map(([name, of]) => ({ name, of }))
    .sort((a, b) => b.of.total_feedback - a.of.total_feedback || b.of.total_predictions - a.of.total_predictions);
}

export function accuracyByClass(stats: Stats, t: TFunction): Chart {
  const lines = classLines(stats)
    .filter((line) => line.of.accuracy.rate !== null)
    .slice(0, CLASSES);
  const of = lines.map((line) => line.of.accuracy);
  return {
    x: lines.map((line) => readable(line.name)),
    xKind: "name",
    xName: t("monitoring.class"),
    unit: "share",
    lying: true,
    series: [
      {
        name: t("monitoring.right"),
        tint: "leaf",
        as: "bar",
        values: of.map((one) => one.rate),
        low: of.map((one) => one.interval?.[0] ?? null),
        high: of.map((one) => one.interval?.[1] ?? null),
        n: of.map((one) => one.n),
      },
    ],
  };
}

function days(stats: Stats): string[] {
  return [...new Set(stats.model_performance.map((one) => one.date))].sort();
}

/** One series for each of the versions that got most feedback. */
export function accuracyByDay(stats: Stats, t: TFunction): Chart {
  const versions = new Map<string, DayOfVersion[]>();
  for (const one of stats.model_performance) {
    const name = `${one.model} ${one.model_version}`;
    versions.set(name, [...(versions.get(name) ?? []), one]);
  }
  const sum = (of: readonly DayOfVersion[]) => of.reduce((total, one) => total + one.total_feedback, 0);
  const most = [...versions].sort((a, b) => sum(b[1]) - sum(a[1])).slice(0, VERSIONS);
  const x = days(stats);
  return {
    x,
    xKind: "day",
    xName: t("monitoring.day"),
    unit: "share",
    series: most.map(([name, of], index) => {
      const found = x.map((day) => of.find((one) => one.date === day)?.accuracy);
      return {
        name,
        tint: tint(index),
        as: "points",
        values: found.map((one) => one?.rate ?? null),
        low: found.map((one) => one?.interval?.[0] ?? null),
        high: found.map((one) => one?.interval?.[1] ?? null),
        n: found.map((one) => one?.n ?? null),
      };
    }),
  };
}

type Confidence = "avg_confidence_correct" | "avg_confidence_incorrect";

/** The mean over versions, each weighed by how many answers it stands for. */
function meanOf(of: readonly DayOfVersion[], what: Confidence): number | null {
  const weight = what === "avg_confidence_correct" ? "correct_predictions" : "incorrect_predictions";
  const known = of.filter((one) => one[what] !== null && one[weight] > 0);
  const total = known.reduce((sum, one) => sum + one[weight], 0);
  return total === 0 ? null : known.reduce((sum, one) => sum + (one[what] ?? 0) * one[weight], 0) / total;
}

/** Whether the answers that were wrong were less sure, as they should be. */
export function confidenceByDay(stats: Stats, t: TFunction): Chart {
  const x = days(stats);
  const of = (what: Confidence) =>
    x.map((day) =>
      meanOf(
        stats.model_performance.filter((one) => one.date === day),
        what,
      ),
    );
  return {
    x,
    xKind: "day",
    xName: t("monitoring.day"),
    unit: "share",
    series: [
      { name: t("monitoring.sure_right"), tint: "leaf", as: "line", values: of("avg_confidence_correct") },
      { name: t("monitoring.sure_wrong"), tint: "rust", as: "line", values: of("avg_confidence_incorrect") },
    ],
  };
}
