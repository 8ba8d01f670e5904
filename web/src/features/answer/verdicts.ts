/** From what was said of an answer to what is sent of it. Pure. */
import type { Prediction, Schemas } from "@/lib/api";

export type Feedback = NonNullable<Prediction["feedback"]>;
export type Verdict = Schemas["InstanceIn"];
export type Told = Schemas["InstanceVerdict"];

const MAY_STAND: Record<Verdict["verdict"], readonly (keyof Verdict)[]> = {
  right: ["instance_id"],
  false: ["instance_id"],
  wrong_class: ["instance_id", "class_name"],
  edited: ["instance_id", "class_name", "bbox", "polygon"],
  missed: ["class_name", "bbox", "polygon", "file_index"],
};

/** A verdict as it is sent: the server tells more of one than it takes. Of an outline, the box follows. */
export function asSent(said: Told): Verdict {
  const outlined = said.polygon !== null && said.polygon !== undefined;
  const kept = MAY_STAND[said.verdict].filter((name) => !(outlined && name === "bbox"));
  const parts = kept.flatMap((name) => (said[name] === null || said[name] === undefined ? [] : [[name, said[name]]]));
  return { verdict: said.verdict, ...Object.fromEntries(parts) };
}

/** All that is said of single things, with `verdict` in place of what was said of the same one before. */
export function withVerdict(before: readonly Told[], verdict: Verdict): Verdict[] {
  if (verdict.verdict === "missed") return [...before.map(asSent), verdict];
  const old = before.find((one) => one.instance_id === verdict.instance_id);
  return [...withoutVerdict(before, verdict.instance_id), joined(old, verdict)];
}

/** Another class and another outline of one thing stand together. */
function joined(old: Told | undefined, verdict: Verdict): Verdict {
  const named = old?.class_name ?? null;
  if (verdict.verdict === "edited" && named !== null) return { ...verdict, class_name: named };
  if (verdict.verdict !== "wrong_class" || old?.verdict !== "edited") return verdict;
  return { ...asSent(old), class_name: verdict.class_name ?? null };
}

export function withoutVerdict(before: readonly Told[], instanceId: Verdict["instance_id"]): Verdict[] {
  return before.filter((one) => one.verdict === "missed" || one.instance_id !== instanceId).map(asSent);
}

/** What the person added, in the order in which they did. */
export function missedIn(feedback: Feedback | null): Told[] {
  return (feedback?.instances ?? []).filter((one) => one.verdict === "missed");
}

/** The same with another one in place of the `at`th that was added; without it where that is null. */
export function withMissed(before: readonly Told[], at: number, verdict: Verdict | null): Verdict[] {
  const old = before.filter((one) => one.verdict === "missed").at(at);
  return before.flatMap((one) => (one !== old ? [asSent(one)] : verdict === null ? [] : [verdict]));
}

/**
 * What is sent so that `instances` is all that is said of single things; null where nothing is left to be said.
 * `whole`: the answer is its things, so that whether it is right follows from them.
 */
export function saying(
  feedback: Feedback | null,
  instances: Verdict[],
  whole: boolean,
): Schemas["FeedbackPatch"] | null {
  const left = instances.length > 0 || !whole || (feedback?.satisfied ?? null) !== null;
  return left ? { instances } : null;
}

/** The fields that bring earlier feedback back, whatever has been said since. */
export function asBefore(feedback: Feedback): Schemas["FeedbackPatch"] {
  return {
    is_correct: feedback.is_correct,
    satisfied: feedback.satisfied,
    correct_class_name: feedback.correct_class_name,
    comment: feedback.comment,
    confidence_rating: feedback.confidence_rating,
    instances: (feedback.instances ?? []).map(asSent),
  };
}

/** What was said of one thing. */
export function saidOf(feedback: Feedback | null, instanceId: number): Told | null {
  return feedback?.instances?.find((one) => one.instance_id === instanceId) ?? null;
}

export type Opinion = "right" | "wrong" | "unsure";

/** Which of the three verdicts stands. */
export function opinionIn(feedback: Feedback | null): Opinion | null {
  if (feedback === null) return null;
  if (feedback.is_correct === null) return "unsure";
  return feedback.is_correct ? "right" : "wrong";
}
