import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, body, type Prediction, picture } from "@/lib/api";
import { ProblemError } from "@/lib/problem";
import { forgetAnswer, type Kept, keptAnswer, type Photo } from "@/offline/kept";
import { usePhotoUrl } from "@/offline/use-photo-url";

const GONE = 404;

export interface Told {
  prediction: Prediction;
  /** The key to an answer that the server keeps for nobody. */
  feedbackToken: string | null;
}

export const answerKey = (id: string) => ["predictions", "one", id] as const;

function told({ id, answer, consent, feedback, at }: Kept): Told {
  const nowhere = { user_location: null, latitude: null, longitude: null, thumb_url: null };
  const circumstances = { created_at: at, consent, feedback, ...nowhere };
  return {
    prediction: { ...answer, prediction_id: id, ...circumstances },
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
    return { prediction, feedbackToken: null };
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === GONE) await forgetAnswer(id);
    else if (kept !== undefined) return told(kept);
    throw error;
  }
}

/** Asked anew each time: what the browser remembers may be from before the last feedback. */
export function useAnswer(id: string) {
  return useQuery({ queryKey: answerKey(id), queryFn: () => fetchAnswer(id), staleTime: 0 });
}

/** The photos as this device sent them, while it has them; bytes are for no other memory. */
function useOwnPhotos(id: string): Photo[] | undefined {
  return useQuery({
    queryKey: ["own-photos", id],
    queryFn: async () => (await keptAnswer(id))?.photos ?? [],
    meta: { fleeting: true },
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
}

/** One photo of an answer as a URL; `gone` where neither this device nor the server has it any more. */
export function usePhoto({ prediction }: Told, index: number): { url: string | undefined; gone: boolean } {
  const id = prediction.prediction_id;
  const photos = useOwnPhotos(id);
  const own = photos?.[index];
  const ownUrl = usePhotoUrl(own);
  const [theirs, setTheirs] = useState<string>();
  const [failed, setFailed] = useState(false);
  const missing = photos !== undefined && own === undefined;
  const wanted = missing && prediction.stored;
  useEffect(() => {
    if (!wanted) return;
    let made: string | undefined;
    let over = false;
    setFailed(false);
    picture(`/api/v1/predictions/${id}/image?index=${index}`).then(
      (url) => {
        if (over) URL.revokeObjectURL(url);
        else {
          made = url;
          setTheirs(url);
        }
      },
      () => setFailed(true),
    );
    return () => {
      over = true;
      if (made !== undefined) URL.revokeObjectURL(made);
      setTheirs(undefined);
    };
  }, [wanted, id, index]);
  return { url: ownUrl ?? theirs, gone: missing && (failed || !prediction.stored) };
}
