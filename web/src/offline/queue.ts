/**
 * Photos that wait. Each is written down before it is sent, with a key of its own, and goes when the server has answered: a lost
 * network, a reload or a new version of the app loses none, and the key makes a second sending the same request.
 */
import type { Answer, Prediction } from "@/lib/api";
import { queries } from "@/lib/queries";
import { beSomebody, holder, isGuest, onLeave, tokenOf, whoIsHere } from "@/lib/session";
import { database, type Photo, type Waiting } from "./database";
import { ended, tell } from "./progress";
import { type Reply, upload } from "./upload";
import { pause, verdict } from "./verdict";

/** Set while something waits, so that a page that starts knows whether to load this. */
export const FLAG = "cultivar.waiting";
const LOCK = "cultivar-queue";
const PATH = "/api/v1/predict";
const KEPT_AT_MOST = 30;

export interface Question {
  fields: Record<string, string>;
  photos: Photo[];
  language: string;
}

const stops = new Map<string, AbortController>();
let turn: Promise<void> = Promise.resolve();
/** How often in a row there was no network. */
let lost = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** What is on its way when its owner leaves is sent when they are back. */
onLeave(() => {
  for (const stop of stops.values()) stop.abort();
});

/** Writes a request down at the end of the queue; its key. `drain` sends it. */
export async function add(question: Question): Promise<string> {
  const key = crypto.randomUUID();
  const at = new Date().toISOString();
  localStorage.setItem(FLAG, "1");
  await database.waiting.add({ ...question, owner: holder(), key, at, state: "waiting", problem: null, tries: 0 });
  void navigator.storage?.persist?.();
  return key;
}

/** Takes a request out, and stops it where it is being sent. */
export async function remove(key: string): Promise<void> {
  await database.waiting.where({ key }).delete();
  stops.get(key)?.abort();
}

/** Tries a request again that was refused. */
export async function again(key: string): Promise<void> {
  await database.waiting.where({ key }).modify({ state: "waiting", problem: null, tries: 0 });
  await drain();
}

/** One after the other: over all tabs, or in this one where the browser has no locks. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  if ("locks" in navigator) {
    await navigator.locks.request(LOCK, work);
  } else {
    turn = turn.then(work, work);
    await turn;
  }
}

/** Sends what waits, in order, one at a time over all tabs; returns when nothing is left or it must wait. */
export async function drain(): Promise<void> {
  clearTimeout(timer);
  await inTurn(async () => {
    const seconds = await sendAll();
    if (seconds !== null) timer = setTimeout(() => void drain(), seconds * 1000);
  });
}

/** Null where all is sent that may be; else the seconds after which to try again. */
async function sendAll(): Promise<number | null> {
  const passed = new Set<string>();
  for (;;) {
    const waiting = await database.waiting.orderBy("order").toArray();
    if (waiting.length === 0) localStorage.removeItem(FLAG);
    const next = waiting.find((one) => one.state === "waiting" && !passed.has(one.key));
    if (next === undefined) return null;
    const seconds = await attempt(next, passed);
    if (seconds !== null) return seconds;
  }
}

/** A photo is sent by its owner alone; what nobody owns goes to the guest who is here or is made now. Null where that is another. */
async function ownerHere(one: Waiting): Promise<string | null> {
  if (one.owner !== null) return (await whoIsHere()) === one.owner ? one.owner : null;
  await beSomebody();
  const guest = isGuest() ? holder() : null;
  if (guest !== null) await database.waiting.filter(({ owner }) => owner === null).modify({ owner: guest });
  return guest;
}

/** Sends one, or passes it by. Null where it has left the queue or will not go; else the seconds after which to try again. */
async function attempt(one: Waiting, passed: Set<string>): Promise<number | null> {
  const stop = new AbortController();
  stops.set(one.key, stop);
  try {
    const owner = await ownerHere(one);
    if (owner === null) {
      passed.add(one.key);
      return null;
    }
    tell(one.key, 0);
    const reply = await send(one, owner, stop.signal);
    lost = 0;
    return await settle(one, owner, reply);
  } catch (error) {
    if (stop.signal.aborted) return null;
    if (!(error instanceof Error)) throw error;
    return pause(lost++);
  } finally {
    stops.delete(one.key);
    ended(one.key);
  }
}

async function noteTry(one: Waiting): Promise<void> {
  await database.waiting.update(one.order, { tries: one.tries + 1 });
}

async function send(one: Waiting, owner: string, signal: AbortSignal): Promise<Reply> {
  const first = await post(one, await tokenOf(owner), signal);
  return first.status === 401 ? post(one, await tokenOf(owner, true), signal) : first;
}

async function post(one: Waiting, token: string, signal: AbortSignal): Promise<Reply> {
  const form = new FormData();
  for (const [name, value] of Object.entries(one.fields)) form.append(name, value);
  one.photos.forEach((photo, index) => {
    form.append("file", new Blob([photo.bytes], { type: photo.type }), `photo-${index + 1}.jpg`);
  });
  const headers = {
    Authorization: `Bearer ${token}`,
    "Idempotency-Key": one.key,
    "Accept-Language": one.language,
  };
  return upload({ path: PATH, form, headers, signal, onProgress: (share) => tell(one.key, share) });
}

async function settle(one: Waiting, owner: string, reply: Reply): Promise<number | null> {
  const said = verdict(reply, one.tries);
  if (said.what === "later") {
    await noteTry(one);
    return said.seconds;
  }
  if (said.what === "refused") {
    await database.waiting.update(one.order, { state: "refused", problem: said.problem });
    return null;
  }
  await keep(one, owner, JSON.parse(reply.text) as Answer);
  void queries.invalidateQueries({ queryKey: ["predictions"] });
  void queries.invalidateQueries({ queryKey: ["statistics"] });
  return null;
}

/** Out of the queue and among the last answers, in one step; kept for its owner alone. */
async function keep(one: Waiting, owner: string, answer: Answer): Promise<void> {
  await database.transaction("rw", database.waiting, database.kept, async () => {
    await database.waiting.delete(one.order);
    if (answer.prediction_id === null || holder() !== owner) return;
    await database.kept.put({
      id: answer.prediction_id,
      key: one.key,
      answer,
      consent: (one.fields.consent ?? "none") as Prediction["consent"],
      photos: one.photos,
      feedback: null,
      at: new Date().toISOString(),
      owner,
    });
    const old = await database.kept.orderBy("at").reverse().offset(KEPT_AT_MOST).primaryKeys();
    await database.kept.bulkDelete(old);
  });
}
