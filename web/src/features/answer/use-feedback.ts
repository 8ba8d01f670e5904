import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, type Prediction, type Schemas } from "@/lib/api";
import { queries } from "@/lib/queries";
import { beSomebody } from "@/lib/session";
import { noteFeedback } from "@/offline/kept";
import { answerKey, type Told } from "./use-answer";
import { asBefore, type Feedback } from "./verdicts";

export type Said = Schemas["FeedbackPatch"];

export interface Saying {
  feedback: Feedback | null;
  /** Says it anew: the first time all of it, later what is sent alone. Null withdraws all of it. */
  say: (said: Said | null) => void;
  /** Takes the last thing back that was said here. Null where nothing was. */
  undo: (() => void) | null;
  busy: boolean;
  /** In the server's words. */
  error: Error | null;
}

interface Step {
  said: Said | null;
  /** What there is to go back to, once it is said. */
  before: (Feedback | null)[];
}

/** What this person says of the answer; each step can be taken back. */
export function useFeedback(told: Told): Saying {
  const { prediction } = told;
  const [before, setBefore] = useState<(Feedback | null)[]>([]);
  const change = useMutation({
    mutationFn: ({ said }: Step) => write(told, said),
    onSuccess: async (feedback, step) => {
      setBefore(step.before);
      queries.setQueryData(answerKey(prediction.prediction_id), { ...told, prediction: { ...prediction, feedback } });
      await Promise.all(
        ["predictions", "statistics", "monitoring", "feedback"].map((name) =>
          queries.invalidateQueries({ queryKey: [name] }),
        ),
      );
    },
  });
  const last = before.at(-1);
  return {
    feedback: prediction.feedback,
    say: (said) => change.mutate({ said, before: [...before, prediction.feedback] }),
    undo:
      last === undefined
        ? null
        : () => change.mutate({ said: last === null ? null : asBefore(last), before: before.slice(0, -1) }),
    busy: change.isPending,
    error: change.error,
  };
}

/** Null withdraws. Gives what then stands. */
async function write({ prediction, feedbackToken }: Told, said: Said | null): Promise<Prediction["feedback"]> {
  await beSomebody();
  const id = prediction.prediction_id;
  const header = feedbackToken === null ? {} : { "feedback-token": feedbackToken };
  const there = prediction.feedback;
  let now: Feedback | null = null;
  if (said !== null && there === null) {
    const sent = { ...said, prediction_id: id, feedback_token: feedbackToken };
    const { feedback_id } = await body(api.POST("/api/v1/feedback/submit", { body: sent }));
    const params = { path: { feedback_id }, header };
    now = (await body(api.GET("/api/v1/feedback/{feedback_id}", { params }))) as Feedback;
  } else if (there !== null) {
    const params = { path: { feedback_id: there.feedback_id }, header };
    if (said === null) await body(api.DELETE("/api/v1/feedback/{feedback_id}", { params }));
    else now = (await body(api.PATCH("/api/v1/feedback/{feedback_id}", { params, body: said }))) as Feedback;
  }
  await noteFeedback(id, now);
  return now;
}
