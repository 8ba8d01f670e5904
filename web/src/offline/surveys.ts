/** Surveys that work without a network: written down here first, sent when the server can be reached. */
import { api, body } from "@/lib/api";
import { ProblemError } from "@/lib/problem";
import { sessionState, subscribe } from "@/lib/session";
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

/** Called once at start: sends what waits whenever there is a chance, and forgets with the session what the server has. */
export function startSurveys(): void {
  window.addEventListener("online", go);
  let before = sessionState();
  subscribe(() => {
    const now = sessionState();
    if (before === "in" && now === "out") void forgetSent();
    if (before !== "in" && now === "in") go();
    before = now;
  });
  go();
}

async function forgetSent(): Promise<void> {
  const [{ store }, { isWaiting }] = await Promise.all([opened(), import("./survey-shape")]);
  await store.surveys.filter((survey) => !isWaiting(survey)).delete();
}

/** Surveys that this browser has, newest first. */
export async function keptSurveys(): Promise<Survey[]> {
  const { store, isMine } = await opened();
  const all = await store.surveys.toArray();
  return all.filter(isMine).sort((one, other) => other.at.localeCompare(one.at));
}

/** As the server has it with what waits here; as it was last seen where the server is away. */
export async function loadSurvey(id: string): Promise<Survey> {
  const [{ find, store, me, isMine }, { merged, isWaiting }] = await Promise.all([opened(), import("./survey-shape")]);
  const found = await find(id);
  const kept = found !== undefined && isMine(found) ? found : undefined;
  const server = kept === undefined ? id : kept.server;
  if (server === null && kept !== undefined) return kept;
  try {
    const params = { path: { survey_id: server ?? id } };
    const seen = await body(api.GET("/api/v1/surveys/{survey_id}", { params }));
    return await store.transaction("rw", store.surveys, async () => {
      const now = merged(await find(id), seen, me());
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
  const { store, me, tell } = await opened();
  const at = new Date().toISOString();
  const survey = {
    id: crypto.randomUUID(),
    server: null,
    head,
    changes: 0,
    plants: [],
    tried: null,
    problem: null,
    owner: me(),
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
  const [{ store, change }, { withPlant, withLeaf }] = await Promise.all([opened(), import("./survey-shape")]);
  const key = crypto.randomUUID();
  const { survey, plant, rank } = photo;
  await store.photos
    .where({ survey })
    .filter((one) => one.plant === plant && one.rank === rank)
    .delete();
  await store.photos.add({ ...photo, key });
  await change(survey, (now) => {
    const seen = now.plants.find((one) => one.label === plant && !one.gone);
    if (seen === undefined) return now;
    const told = { photo: key, prediction_id: null, reason: null, grade: null, graded_by: null };
    return withPlant(now, plant, { leaves: withLeaf(seen, rank, told) });
  });
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
