/** Surveys in this browser's database. Loaded only where it is needed. */
import Dexie, { type EntityTable } from "dexie";
import { queries } from "@/lib/queries";
import { holder, isMine } from "@/lib/session";
import { isWaiting, type Survey, type WaitingPhoto } from "./survey-shape";

class Store extends Dexie {
  declare surveys: EntityTable<Survey, "id">;
  declare photos: EntityTable<WaitingPhoto, "key">;

  constructor() {
    super("cultivar-surveys");
    this.version(1).stores({ surveys: "id, server", photos: "key, survey" });
  }
}

export const store = new Store();

export async function find(id: string): Promise<Survey | undefined> {
  return (await store.surveys.get(id)) ?? (await store.surveys.where({ server: id }).first());
}

/** Every page that shows it shows it so; to its owner alone. */
export function tell(survey: Survey): void {
  if (!isMine(survey.owner)) return;
  queries.setQueryData(["surveys", "one", survey.id], survey);
  if (survey.server !== null) queries.setQueryData(["surveys", "one", survey.server], survey);
  void queries.invalidateQueries({ queryKey: ["surveys", "kept"] });
}

/**
 * Changes a survey as it is in the database at that moment, so that no change of another tab or of the sender is lost; what
 * `beside` does to its photos is done in the same step.
 */
export async function change(
  id: string,
  how: (survey: Survey) => Survey,
  beside: () => PromiseLike<unknown> = () => Promise.resolve(),
): Promise<Survey> {
  const now = await store.transaction("rw", store.surveys, store.photos, async () => {
    const before = await find(id);
    if (before === undefined) throw new TypeError(`no survey ${id}`);
    const after = how(before);
    await store.surveys.put(after);
    await beside();
    return after;
  });
  tell(now);
  return now;
}

/** Forgets the photo of this leaf. */
export function forgetPhoto(survey: string, plant: string, rank: number): PromiseLike<unknown> {
  return store.photos
    .where({ survey })
    .filter((one) => one.plant === plant && one.rank === rank)
    .delete();
}

/** Forgets what the server has too, but for who is here now. What waits stays for its owner, unless they can never come back for it. */
export async function forgetPerson(id: string, forGood: boolean): Promise<void> {
  const here = holder();
  await store.transaction("rw", store.surveys, store.photos, async () => {
    const others = await store.surveys.filter(({ owner }) => owner !== here).toArray();
    const going = others.filter((one) => !isWaiting(one) || (forGood && one.owner === id)).map((one) => one.id);
    await store.photos.where("survey").anyOf(going).delete();
    await store.surveys.bulkDelete(going);
  });
}
