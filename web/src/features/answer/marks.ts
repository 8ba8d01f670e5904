/** What is drawn over a photo: what was found, where the person mended it as they left it, and what they added. Pure. */
import type { Instance } from "@/lib/api";
import { type Place, placeIn } from "./outline";
import { type Feedback, missedIn, saidOf, type Verdict } from "./verdicts";

export interface Mark extends Place {
  /** The thing's; below zero for what the person added: -1 is the first. */
  id: number;
  classId: number;
  className: string;
  /** Null where it is the person who says so. */
  confidence: number | null;
  said: Verdict["verdict"] | null;
}

/** The place among what was added of a mark's id; null for what the model found. */
export function addedAt(id: number): number | null {
  return id < 0 ? -1 - id : null;
}

export function byPerson({ said }: Mark): boolean {
  return said === "edited" || said === "missed";
}

export function marksOf(instances: readonly Instance[], feedback: Feedback | null, photo: number): Mark[] {
  const found = instances
    .filter((one) => one.file_index === photo)
    .map((one): Mark => {
      const said = saidOf(feedback, one.instance_id);
      return {
        id: one.instance_id,
        classId: one.class_id,
        className: one.class_name,
        confidence: one.confidence,
        said: said?.verdict ?? null,
        ...((said && placeIn(said)) ?? { bbox: one.bbox, polygon: one.polygon ?? null }),
      };
    });
  const added = missedIn(feedback).flatMap((one, at): Mark[] => {
    const place = placeIn(one);
    if (place === null || (one.file_index ?? 0) !== photo) return [];
    const { class_id: classId, class_name: className } = one;
    return [
      { id: -1 - at, classId: classId ?? 0, className: className ?? "", confidence: null, said: "missed", ...place },
    ];
  });
  return [...found, ...added];
}
