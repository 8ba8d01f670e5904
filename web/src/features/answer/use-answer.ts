import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, body, type Prediction, picture } from "@/lib/api";
import { ProblemError } from "@/lib/session";
import { forgetAnswer, type Kept, keptAnswer, type Photo } from "@/offline/kept";
import { usePhotoUrl } from "@/offline/use-photo-url";

const GONE = 404;

export interface Told {
  prediction: Prediction;
  /** The photos as this device sent them, where it still has them. */
  photos: Photo[];
  /** The key to an answer that the server keeps for nobody. */
  feedbackToken: string | null;
}

export const answerKey = (id: string) => ["predictions", "one", id] as const;

function told({ id, answer, consent, feedback, at, photos }: Kept): Told {
  const circumstances = { created_at: at, consent, user_location: null, latitude: null, longitude: null, feedback };
  return {
    prediction: { ...answer, prediction_id: id, ...circumstances },
    photos,
    feedbackToken: answer.feedback_token,
  };
}

/** The server's copy; this device's own where the server has none or cannot be reached. */
async function fetchAnswer(id: string): Promise<Told> {
  const kept = await keptAnswer(id);
  if (kept !== undefined && kept.answer.feedback_token !== null) return told(kept);
  try {
    const path = { params: { path: { prediction_id: id } } };
    const prediction = (await body(api.GET("/api/v1/predictions/{prediction_id}", path))) as Prediction;
    return { prediction, photos: kept?.photos ?? [], feedbackToken: null };
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === GONE) await forgetAnswer(id);
    else if (kept !== undefined) return told(kept);
    throw error;
  }
}

export function useAnswer(id: string) {
  return useQuery({ queryKey: answerKey(id), queryFn: () => fetchAnswer(id) });
}

/** One photo of an answer as a URL; `gone` where neither this device nor the server has it any more. */
export function usePhoto({ prediction, photos }: Told, index: number): { url: string | undefined; gone: boolean } {
  const own = photos[index];
  const ownUrl = usePhotoUrl(own);
  const [theirs, setTheirs] = useState<string>();
  const [gone, setGone] = useState(false);
  const wanted = own === undefined && prediction.stored;
  useEffect(() => {
    if (!wanted) return;
    let made: string | undefined;
    let over = false;
    picture(`/api/v1/predictions/${prediction.prediction_id}/image?index=${index}`).then(
      (url) => {
        if (over) URL.revokeObjectURL(url);
        else {
          made = url;
          setTheirs(url);
        }
      },
      () => setGone(true),
    );
    return () => {
      over = true;
      if (made !== undefined) URL.revokeObjectURL(made);
      setTheirs(undefined);
    };
  }, [wanted, prediction.prediction_id, index]);
  return { url: ownUrl ?? theirs, gone: own === undefined && (gone || !prediction.stored) };
}
