/** From numbers to what a person reads. Pure; the words themselves are in the catalogues. */
import type { Prediction, Schemas } from "@/lib/api";

export type Sureness = "certain" | "very_likely" | "likely" | "possible" | "unsure";

const STEPS: readonly [number, Sureness][] = [
  [0.95, "certain"],
  [0.8, "very_likely"],
  [0.6, "likely"],
  [0.4, "possible"],
];

/** The probability is calibrated, so each word holds as often as it says. */
export function sureness(probability: number): Sureness {
  return STEPS.find(([from]) => probability >= from)?.[1] ?? "unsure";
}

export type Tip = "hold_still" | "more_light" | "closer" | "fill_frame";

/** A score of the photo from which on it is the photo's fault. */
export const POOR = 0.45;

/** What would have helped, the worst first; where the photo itself is fine, another view of the plant. */
export function tips(quality: Schemas["QualityScores"]): Tip[] {
  const faults: [number, Tip][] = [
    [quality.sharpness, "hold_still"],
    [quality.exposure, "more_light"],
    [quality.size, "closer"],
  ];
  const found = faults.filter(([score]) => score < POOR).sort(([one], [other]) => one - other);
  return found.length > 0 ? found.map(([, tip]) => tip) : ["fill_frame"];
}

export interface Likely {
  label: string;
  confidence: number;
}

const WORTH_SAYING = 0.01;
const NEXT_AT_MOST = 3;

/** What else a head thinks it may be, the likeliest first. */
export function nextLikely(head: Schemas["HeadScores"]): Likely[] {
  return head.top
    .filter(({ label, confidence }) => label !== head.label && confidence >= WORTH_SAYING)
    .slice(0, NEXT_AT_MOST);
}

/** A class's own name as words, for where the pack's titles are not at hand. */
export function plainName(className: string): string {
  return className.replace(/_+/g, " ").trim();
}

const COUNTS = ["not_mature_count", "mature_count", "ripe_count", "over_ripe_count"] as const;
export type CountName = (typeof COUNTS)[number];

/** How many of each, for packs that count. */
export function counts(prediction: Prediction): [CountName, number][] {
  return COUNTS.flatMap((name) => {
    const count = prediction[name];
    return typeof count === "number" ? [[name, count] as [CountName, number]] : [];
  });
}

/** The photo to show of several: the first that was not refused. */
export function firstPhoto(prediction: Prediction): number {
  return prediction.photos?.find((photo) => !photo.refused)?.file_index ?? 0;
}

const MARKS = 7;

/** The colour of a class over a photo. */
export function markColour(classId: number): string {
  return `var(--mark-${classId % MARKS})`;
}

const NO_GRADE = {
  condition_not_on_scale: "another",
  condition_unknown: "unknown",
  leaf_not_whole: "not_whole",
  lesions_on_healthy_leaf: "healthy",
  no_leaf: "no_leaf",
} as const;
const PAIR = /^grade_(\d)_or_(\d)$/;

export type NoGrade =
  | { why: (typeof NO_GRADE)[keyof typeof NO_GRADE] | "unsaid" }
  | { why: "between"; low: string; high: string };

/** Why a leaf has no grade, from the code of the answer. */
export function noGrade(reason: string | null): NoGrade {
  const [, low, high] = PAIR.exec(reason ?? "") ?? [];
  if (low !== undefined && high !== undefined) return { why: "between", low, high };
  return { why: reason !== null && reason in NO_GRADE ? NO_GRADE[reason as keyof typeof NO_GRADE] : "unsaid" };
}
