/** Surveys in this browser's database. Loaded only where it is needed. */
import Dexie, { type EntityTable } from "dexie";
import { queries } from "@/lib/queries";
import type { Survey, WaitingPhoto } from "./survey-shape";

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

/** The account that is here, where that is known. */
export function me(): string | null {
  return queries.getQueryData<{ id: string }>(["me"])?.id ?? null;
}

/** What one account has kept here, no other sees. */
export function isMine(survey: Survey): boolean {
  return survey.owner === null || me() === null || survey.owner === me();
}

/** Every page that shows it shows it so. */
export function tell(survey: Survey): void {
  queries.setQueryData(["surveys", "one", survey.id], survey);
  if (survey.server !== null) queries.setQueryData(["surveys", "one", survey.server], survey);
  void queries.invalidateQueries({ queryKey: ["surveys", "kept"] });
}

/** Changes a survey as it is in the database at that moment, so that no change of another tab or of the sender is lost. */
export async function change(id: string, how: (survey: Survey) => Survey): Promise<Survey> {
  const now = await store.transaction("rw", store.surveys, async () => {
    const before = await find(id);
    if (before === undefined) throw new TypeError(`no survey ${id}`);
    const after = how(before);
    await store.surveys.put(after);
    return after;
  });
  tell(now);
  return now;
}
