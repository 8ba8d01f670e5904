/** Surveys that work without a network: written down here first, sent when the server can be reached. */
import { api, body } from "@/lib/api";
import { ProblemError } from "@/lib/problem";
import { holder, isMine, onArrival, onLeave } from "@/lib/session";
import type { Head, Plant, Survey, WaitingPhoto } from "./survey-shape";

const FLAG = "cultivar.surveys-waiting";
const SETTLE_MS = 700;

let timer: ReturnType<typeof setTimeout> | undefined;

const opened = () => import("./survey-store");

/** Sends soon: several changes in a row go together. */
function soon(): void {
  localStorage.setItem(FLAG, "1");
  clearTimeout(timer);
  timer = setTimeout(go, SETTLE_MS);
}

function go(): void {
  if (localStorage.getItem(FLAG) !== null) void import("./survey-sync").then(({ drain }) => drain());
}

/** Called once at start: sends what waits whenever there is a chance, and forgets with the person what the server has. */
export function startSurveys(): void {
  window.addEventListener("online", go);
  onLeave(async (id, forGood) => (await opened()).forgetPerson(id, forGood));
  onArrival(go);
  go();
}

/** Surveys that this browser has of whoever is here, newest first. */
export async function keptSurveys(): Promise<Survey[]> {
  const { store } = await opened();
  const all = await store.surveys.toArray();
  return all.filter(({ owner }) => isMine(owner)).sort((one, other) => other.at.localeCompare(one.at));
}

/** As the server has it with what waits here; as it was last seen where the server is away. */
export async function loadSurvey(id: string): Promise<Survey> {
  const [{ find, store }, { merged, isWaiting }] = await Promise.all([opened(), import("./survey-shape")]);
  const found = await find(id);
  const kept = found !== undefined && isMine(found.owner) ? found : undefined;
  const server = kept === undefined ? id : kept.server;
  if (server === null && kept !== undefined) return kept;
  try {
    const params = { path: { survey_id: server ?? id } };
    const seen = await body(api.GET("/api/v1/surveys/{survey_id}", { params }));
    return await store.transaction("rw", store.surveys, async () => {
      const before = await find(id);
      if (before !== undefined && !isMine(before.owner)) return merged(undefined, seen, holder());
      const now = merged(before, seen, holder());
      await store.surveys.put(now);
      return now;
    });
  } catch (error) {
    const gone = error instanceof ProblemError && error.problem.status === 404;
    if (gone && kept !== undefined && !isWaiting(kept)) await store.surveys.delete(kept.id);
    if (gone || kept === undefined) throw error;
    return kept;
  }
}

/** Begins a walk here; its id. */
export async function beginSurvey(head: Head): Promise<string> {
  const { store, tell } = await opened();
  const at = new Date().toISOString();
  const survey = {
    id: crypto.randomUUID(),
    server: null,
    head,
    changes: 0,
    plants: [],
    tried: null,
    problem: null,
    owner: holder(),
    at,
  };
  await store.surveys.add(survey);
  void navigator.storage?.persist?.();
  tell(survey);
  soon();
  return survey.id;
}

/** Notes what the survey is of, in place of what was said of it before. */
export async function saveHead(id: string, head: Head): Promise<void> {
  const [{ change }, { withHead }] = await Promise.all([opened(), import("./survey-shape")]);
  await change(id, (survey) => withHead(survey, head));
  soon();
}

export async function savePlant(id: string, label: string, change: Partial<Plant>): Promise<void> {
  const [{ change: changed }, { withPlant }] = await Promise.all([opened(), import("./survey-shape")]);
  await changed(id, (survey) => withPlant(survey, label, change));
  soon();
}

/** Notes a leaf's photo; what it replaces is forgotten. */
export async function addPhoto(photo: Omit<WaitingPhoto, "key">): Promise<void> {
  const [{ store, change, forgetPhoto }, { withPlant, withLeaf }] = await Promise.all([
    opened(),
    import("./survey-shape"),
  ]);
  const key = crypto.randomUUID();
  const { survey, plant, rank } = photo;
  const told = { photo: key, prediction_id: null, reason: null, grade: null, graded_by: null };
  await change(
    survey,
    (now) => {
      const seen = now.plants.find((one) => one.label === plant && !one.gone);
      return seen === undefined ? now : withPlant(now, plant, { leaves: withLeaf(seen, rank, told) });
    },
    () => forgetPhoto(survey, plant, rank).then(() => store.photos.add({ ...photo, key })),
  );
  soon();
}

/** Takes a leaf out, and its photo with it. */
export async function clearLeaf(id: string, label: string, rank: number): Promise<void> {
  const [{ change, forgetPhoto }, { withoutLeaf }] = await Promise.all([opened(), import("./survey-shape")]);
  await change(
    id,
    (now) => withoutLeaf(now, label, rank),
    () => forgetPhoto(id, label, rank),
  );
  soon();
}

/** Takes a survey out, here and on the server. Throws where the server has it and is away. */
export async function removeSurvey(survey: Survey): Promise<void> {
  const { store } = await opened();
  if (survey.server !== null)
    await body(api.DELETE("/api/v1/surveys/{survey_id}", { params: { path: { survey_id: survey.server } } }));
  await store.photos.where({ survey: survey.id }).delete();
  await store.surveys.delete(survey.id);
}
