/** From the photos in hand to what is asked of the server. Pure. */

import type { Photo } from "@/offline/kept";
import type { Question } from "@/offline/queue";
import type { Consent } from "./use-consent";

export interface Wishes {
  /** All photos show one plant, and get one answer. */
  together: boolean;
  pack: string | null;
  minConfidence: number | null;
  consent: Consent;
  language: string;
}

/** One question for all photos, or one for each. */
export function questions(photos: readonly Photo[], wishes: Wishes): Question[] {
  const fields: Record<string, string> = { consent: wishes.consent };
  if (wishes.pack !== null) fields.model = wishes.pack;
  if (wishes.minConfidence !== null) fields.min_confidence = String(wishes.minConfidence);
  const groups = wishes.together ? [[...photos]] : photos.map((photo) => [photo]);
  return groups.map((group) => ({
    fields: { ...fields },
    photos: group,
    language: wishes.language,
  }));
}
