/** From what was said of an answer to what is sent of it. Pure. */
import type { Prediction, Schemas } from "@/lib/api";

export type Feedback = NonNullable<Prediction["feedback"]>;
export type Verdict = Schemas["InstanceIn"];

const MAY_STAND: Record<Verdict["verdict"], readonly (keyof Verdict)[]> = {
  right: ["instance_id"],
  false: ["instance_id"],
  wrong_class: ["instance_id", "class_name"],
  edited: ["instance_id", "class_name", "bbox", "polygon"],
  missed: ["class_name", "bbox", "polygon", "file_index"],
};

/** A verdict as it is sent: the server tells more of one than it takes. Of an outline, the box follows. */
export function asSent(said: Schemas["InstanceVerdict"]): Verdict {
  const outlined = said.polygon !== null && said.polygon !== undefined;
  const kept = MAY_STAND[said.verdict].filter((name) => !(outlined && name === "bbox"));
  const parts = kept.flatMap((name) => (said[name] === null || said[name] === undefined ? [] : [[name, said[name]]]));
  return { verdict: said.verdict, ...Object.fromEntries(parts) };
}

/** All that is said of single things, with `verdict` in place of what was said of the same one before. */
export function withVerdict(before: readonly Schemas["InstanceVerdict"][], verdict: Verdict): Verdict[] {
  const others = before.filter((one) => verdict.verdict === "missed" || one.instance_id !== verdict.instance_id);
  return [...others.map(asSent), verdict];
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
export function saidOf(feedback: Feedback | null, instanceId: number): Verdict["verdict"] | null {
  return feedback?.instances?.find((one) => one.instance_id === instanceId)?.verdict ?? null;
}
