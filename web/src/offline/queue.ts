/**
 * Photos that wait. Each is written down before it is sent, with a key of its own, and goes when the server has answered: a lost
 * network, a reload or a new version of the app loses none, and the key makes a second sending the same request.
 */
import type { Answer, Prediction } from "@/lib/api";
import { queries } from "@/lib/queries";
import { accessToken, beSomebody } from "@/lib/session";
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
  owner: string | null;
}

const stops = new Map<string, AbortController>();
let turn: Promise<void> = Promise.resolve();
/** How often in a row there was no network. */
let lost = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Writes a request down at the end of the queue; its key. `drain` sends it. */
export async function add(question: Question): Promise<string> {
  const key = crypto.randomUUID();
  const at = new Date().toISOString();
  localStorage.setItem(FLAG, "1");
  await database.waiting.add({ ...question, key, at, state: "waiting", problem: null, tries: 0 });
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
    const passed = new Set<string>();
    for (;;) {
      const waiting = await database.waiting.orderBy("order").toArray();
      if (waiting.length === 0) localStorage.removeItem(FLAG);
      const next = waiting.find((one) => one.state === "waiting" && !passed.has(one.key));
      if (next === undefined) return;
      if (await belongsToAnother(next)) {
        passed.add(next.key);
        continue;
      }
      const seconds = await attempt(next);
      if (seconds !== null) {
        timer = setTimeout(() => void drain(), seconds * 1000);
        return;
      }
    }
  });
}

/** A photo of an account is sent by that account alone. */
async function belongsToAnother(one: Waiting): Promise<boolean> {
  if (one.owner === null) return false;
  const me = queries.getQueryData<{ id: string }>(["me"]);
  return me !== undefined && me.id !== one.owner;
}

/** Sends one. Null where it has left the queue or will not go; else the seconds after which to try again. */
async function attempt(one: Waiting): Promise<number | null> {
  const stop = new AbortController();
  stops.set(one.key, stop);
  tell(one.key, 0);
  try {
    const reply = await send(one, stop.signal);
    lost = 0;
    return await settle(one, reply);
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

async function send(one: Waiting, signal: AbortSignal): Promise<Reply> {
  await beSomebody();
  const first = await post(one, await accessToken(), signal);
  return first.status === 401 ? post(one, await accessToken(true), signal) : first;
}

async function post(one: Waiting, token: string | null, signal: AbortSignal): Promise<Reply> {
  if (token === null) throw new TypeError("nobody is signed in, and the server cannot be reached");
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

async function settle(one: Waiting, reply: Reply): Promise<number | null> {
  const said = verdict(reply, one.tries);
  if (said.what === "later") {
    await noteTry(one);
    return said.seconds;
  }
  if (said.what === "refused") {
    await database.waiting.update(one.order, { state: "refused", problem: said.problem });
    return null;
  }
  await keep(one, JSON.parse(reply.text) as Answer);
  void queries.invalidateQueries({ queryKey: ["predictions"] });
  void queries.invalidateQueries({ queryKey: ["statistics"] });
  return null;
}

/** Out of the queue and among the last answers, in one step. */
async function keep(one: Waiting, answer: Answer): Promise<void> {
  await database.transaction("rw", database.waiting, database.kept, async () => {
    await database.waiting.delete(one.order);
    if (answer.prediction_id === null) return;
    await database.kept.put({
      id: answer.prediction_id,
      key: one.key,
      answer,
      consent: (one.fields.consent ?? "none") as Prediction["consent"],
      photos: one.photos,
      feedback: null,
      at: new Date().toISOString(),
    });
    const old = await database.kept.orderBy("at").reverse().offset(KEPT_AT_MOST).primaryKeys();
    await database.kept.bulkDelete(old);
  });
}
