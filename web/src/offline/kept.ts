/** The last answers, as this device had them. */
import type { Prediction } from "@/lib/api";
import { holder, isMine } from "@/lib/session";
import type { Kept } from "./database";

export type { Kept, Photo } from "./database";

/** An answer that this device has had for whoever is here, if it is among the last. */
export async function keptAnswer(id: string): Promise<Kept | undefined> {
  const { database } = await import("./database");
  const kept = await database.kept.get(id).catch(() => undefined);
  return kept !== undefined && isMine(kept.owner) ? kept : undefined;
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

/** Forgets all answers but those of who is here now. What waits stays for its owner, unless they can never come back for it. */
export async function forgetPerson(id: string, forGood: boolean): Promise<void> {
  const { database } = await import("./database");
  const here = holder();
  await database.kept.filter(({ owner }) => owner !== here).delete();
  if (forGood) await database.waiting.filter(({ owner }) => owner === id).delete();
}
