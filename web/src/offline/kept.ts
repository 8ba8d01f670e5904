/** The last answers, as this device had them. */
import type { Prediction } from "@/lib/api";
import type { Kept } from "./database";

export type { Kept, Photo } from "./database";

/** An answer that this device has had, if it is among the last. */
export async function keptAnswer(id: string): Promise<Kept | undefined> {
  const { database } = await import("./database");
  return database.kept.get(id).catch(() => undefined);
}

/** Notes what was said of an answer, since the server tells nobody about one that it did not keep. */
export async function noteFeedback(id: string, feedback: Prediction["feedback"]): Promise<void> {
  const { database } = await import("./database");
  await database.kept.update(id, { feedback });
}

export async function forgetAnswer(id: string): Promise<void> {
  const { database } = await import("./database");
  await database.kept.delete(id);
}

/** Forgets all answers on this device; what waits stays. */
export async function forgetAnswers(): Promise<void> {
  const { database } = await import("./database");
  await database.kept.clear();
}
