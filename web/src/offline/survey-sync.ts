/**
 * Sends what was done in the field: surveys that the server does not know, photos, plants. Each plant is sent whole, so once more
 * does no harm; photos have keys; a survey whose answer was lost is looked for before it is begun again.
 */
import { type Answer, apiAs, body } from "@/lib/api";
import { ProblemError, problemOf } from "@/lib/problem";
import { queries } from "@/lib/queries";
import { beSomebody, holder, isGuest, tokenOf, whoIsHere } from "@/lib/session";
import { bodyOf, isWaiting, type Plant, plantOf, type Survey, type WaitingPhoto, withLeaf } from "./survey-shape";
import { change, store } from "./survey-store";

export const FLAG = "cultivar.surveys-waiting";
const LOCK = "cultivar-surveys";
const LATER_MS = 15_000;
/** Clocks of phones and servers differ. */
const SKEW_MS = 600_000;
const BUSY = new Set([401, 408, 425, 429, 500, 502, 503, 504]);

/** The API as the owner of what is sent. */
type Api = ReturnType<typeof apiAs>;

let timer: ReturnType<typeof setTimeout> | undefined;
let turn: Promise<void> = Promise.resolve();

function isBusy(error: unknown): boolean {
  return !(error instanceof ProblemError) || BUSY.has(error.problem.status);
}

/** Sends all that waits; what the server cannot take now is tried again, what it refuses is told. */
export async function drain(): Promise<void> {
  clearTimeout(timer);
  const work = async () => {
    try {
      await claim();
      const here = await whoIsHere();
      for (const { id, owner } of await store.surveys.toArray()) {
        if (owner !== null && owner === here) await send(apiAs(owner), id, owner);
      }
    } catch (error) {
      if (!isBusy(error)) throw error;
      timer = setTimeout(() => void drain(), LATER_MS);
    }
    const left = (await store.surveys.toArray()).some(isWaiting);
    if (!left) localStorage.removeItem(FLAG);
  };
  if ("locks" in navigator) await navigator.locks.request(LOCK, work);
  else {
    turn = turn.then(work, work);
    await turn;
  }
}

/** What was begun while nobody was here is the guest's who is here or is made now. */
async function claim(): Promise<void> {
  const nobodys = store.surveys.filter(({ owner }) => owner === null);
  if ((await nobodys.count()) === 0) return;
  await beSomebody();
  if (isGuest()) await nobodys.modify({ owner: holder() });
}

async function send(api: Api, id: string, owner: string): Promise<void> {
  let survey = await store.surveys.get(id);
  if (survey === undefined || !isWaiting(survey) || (survey.server === null && survey.problem !== null)) return;
  if (survey.server === null) survey = await begin(api, survey);
  if (survey.server === null) return;
  const server = survey.server;
  if (survey.changes > 0 && survey.problem === null) await sendHead(api, survey, server);
  for (const { label, changes, problem } of survey.plants) {
    if (changes === 0 || problem !== null) continue;
    try {
      await sendPhotos(api, id, label, owner);
      await sendPlant(api, id, server, label);
    } catch (error) {
      if (isBusy(error)) throw error;
      await changePlant(id, label, (plant) => ({ ...plant, problem: (error as ProblemError).message }));
    }
  }
  await queries.invalidateQueries({ queryKey: ["surveys", "of", server] });
}

/** One that was begun before and whose answer did not come: it has no plants yet and is not known here. */
async function lost(api: Api, { tried }: Survey): Promise<string | null> {
  if (tried === null) return null;
  const { head } = tried;
  const params = { query: { plot: head.plot, limit: 100 } };
  const { items } = await body(api.GET("/api/v1/surveys", { params }));
  const known = new Set((await store.surveys.toArray()).map((one) => one.server));
  const since = Date.parse(tried.at) - SKEW_MS;
  const fits = items.filter(
    (one) =>
      one.visited_on === head.visited_on &&
      one.cultivar === (head.cultivar ?? null) &&
      Date.parse(one.created_at) >= since &&
      !known.has(one.id),
  );
  return fits[0]?.id ?? null;
}

async function begin(api: Api, survey: Survey): Promise<Survey> {
  try {
    const found = await lost(api, survey);
    const tried = { at: survey.tried?.at ?? new Date().toISOString(), head: survey.head };
    if (found === null) await change(survey.id, (now) => ({ ...now, tried }));
    const server = found ?? (await body(api.POST("/api/v1/surveys", { body: survey.head }))).id;
    void queries.invalidateQueries({ queryKey: ["surveys", "list"] });
    return await change(survey.id, (now) => {
      const told = found === null && now.changes === survey.changes;
      return { ...now, server, changes: told ? 0 : now.changes, tried: null };
    });
  } catch (error) {
    if (isBusy(error)) throw error;
    return change(survey.id, (now) => ({ ...now, problem: (error as ProblemError).message }));
  }
}

async function sendHead(api: Api, { id, head, changes }: Survey, server: string): Promise<void> {
  try {
    const params = { path: { survey_id: server } };
    await body(api.PATCH("/api/v1/surveys/{survey_id}", { params, body: head }));
    await change(id, (now) => (now.changes === changes ? { ...now, changes: 0 } : now));
    void queries.invalidateQueries({ queryKey: ["surveys", "list"] });
  } catch (error) {
    if (isBusy(error)) throw error;
    await change(id, (now) => ({ ...now, problem: (error as ProblemError).message }));
  }
}

function changePlant(id: string, label: string, how: (plant: Plant) => Plant): Promise<Survey> {
  return change(id, (survey) => ({
    ...survey,
    plants: survey.plants.map((plant) => (plant.label === label ? how(plant) : plant)),
  }));
}

async function sendPlant(api: Api, id: string, server: string, label: string): Promise<void> {
  const plant = await plantNow(id, label);
  if (plant === undefined || plant.changes === 0) return;
  const path = { survey_id: server, plant: label };
  if (plant.gone) await remove(api, path);
  const seen = plant.gone
    ? null
    : await body(api.PUT("/api/v1/surveys/{survey_id}/plants/{plant}", { params: { path }, body: bodyOf(plant) }));
  await change(id, (survey) => ({
    ...survey,
    plants: survey.plants.flatMap((now) => {
      if (now.label !== label || now.changes !== plant.changes) return [now];
      return seen === null ? [] : [plantOf(seen)];
    }),
  }));
}

async function plantNow(id: string, label: string): Promise<Plant | undefined> {
  return (await store.surveys.get(id))?.plants.find((one) => one.label === label);
}

/** Of this plant. A photo that no leaf names any more was taken back, and is not sent. */
async function sendPhotos(api: Api, id: string, label: string, owner: string): Promise<void> {
  for (const photo of await store.photos.where({ survey: id }).toArray()) {
    if (photo.plant !== label) continue;
    if (await isNamed(id, photo)) await sendPhoto(api, id, photo, owner);
    else await store.photos.delete(photo.key);
  }
}

async function isNamed(id: string, { plant, key }: WaitingPhoto): Promise<boolean> {
  const now = await plantNow(id, plant);
  return now !== undefined && !now.gone && now.leaves.some((leaf) => leaf.photo === key);
}

async function remove(api: Api, path: { survey_id: string; plant: string }): Promise<void> {
  try {
    await body(api.DELETE("/api/v1/surveys/{survey_id}/plants/{plant}", { params: { path } }));
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === "unknown_plant")) throw error;
  }
}

async function ask(photo: WaitingPhoto, owner: string): Promise<Answer> {
  const form = new FormData();
  form.append("model", photo.pack);
  form.append("consent", photo.consent);
  form.append("file", new Blob([photo.bytes], { type: photo.type }), "leaf.jpg");
  const headers = { Authorization: `Bearer ${await tokenOf(owner)}`, "Idempotency-Key": photo.key };
  const response = await fetch("/api/v1/predict", { method: "POST", body: form, headers });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return (await response.json()) as Answer;
}

/** Has a leaf's photo looked at. A photo that says nothing of the leaf leaves it to be graded by hand. */
async function sendPhoto(api: Api, id: string, photo: WaitingPhoto, owner: string): Promise<void> {
  let told: { prediction_id: string | null; reason: string | null };
  try {
    const answer = await ask(photo, owner);
    if (!(await isNamed(id, photo))) await takeBack(api, answer);
    const measured = answer.severity !== null && answer.severity !== undefined;
    told = measured
      ? { prediction_id: answer.prediction_id, reason: null }
      : { prediction_id: null, reason: "no_severity" };
  } catch (error) {
    if (isBusy(error)) throw error;
    told = { prediction_id: null, reason: (error as ProblemError).message };
  }
  await changePlant(id, photo.plant, (plant) => {
    const leaf = plant.leaves.find((one) => one.photo === photo.key);
    if (leaf === undefined) return plant;
    const leaves = withLeaf(plant, leaf.rank, { ...told, photo: null, area_share: null, lesion_stage: null });
    return { ...plant, leaves, changes: plant.changes + 1 };
  });
  await store.photos.delete(photo.key);
  void queries.invalidateQueries({ queryKey: ["predictions"] });
}

/** The leaf was cleared, or photographed anew, while this was on its way: the server forgets it too. */
async function takeBack(api: Api, { prediction_id: id }: Answer): Promise<void> {
  if (id === null) return;
  await body(api.DELETE("/api/v1/predictions/{prediction_id}", { params: { path: { prediction_id: id } } }));
}
