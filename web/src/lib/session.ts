/**
 * Who is signed in. The refresh token lies in a cookie that no script can read; the access token, good for minutes, lives in
 * this module's memory alone. The browser's storage says no more than whose session it was. A refresh token works once, so
 * tabs take turns by a lock.
 */
import { ProblemError, problemOf } from "./problem";

const AUTH = "/api/v1/auth";
const WHO = "cultivar.was-signed-in";
const GUEST = "cultivar.guest";
const LEAVING = "cultivar.leaving";
const EARLY_MS = 30_000;

export type SessionState = "unknown" | "out" | "in";
/** Told who is no longer here; `forGood` where nobody can ever be them again. */
type Leaving = (id: string, forGood: boolean) => unknown;

interface Change {
  access?: string;
  lasts?: number;
  /** Whose session it is; as before where nothing is said. */
  id?: string | null;
  forGood?: boolean;
}

let state: SessionState = "unknown";
let who: string | null = localStorage.getItem(WHO);
let token: string | null = null;
let expires = 0;
/** Counts changes, so that what was asked before one is not taken for an answer after it. */
let era = 0;
let pending: Promise<string | null> | null = null;
let newGuest: Promise<unknown> | null = null;
const listeners = new Set<() => void>();
const leavings: Leaving[] = [];

/** Returns when what belongs to somebody who has left is forgotten. */
async function become(
  next: SessionState,
  { access, lasts = 0, id = who, forGood = false }: Change = {},
): Promise<void> {
  const before = who;
  era += 1;
  state = next;
  who = id;
  token = access ?? null;
  expires = Date.now() + lasts * 1000;
  if (who === null) localStorage.removeItem(WHO);
  else if (localStorage.getItem(WHO) !== who) localStorage.setItem(WHO, who);
  const left = before !== null && before !== who ? leave(before, forGood) : null;
  for (const listener of listeners) listener();
  await left;
}

async function leave(id: string, forGood: boolean): Promise<void> {
  const guest = localStorage.getItem(GUEST) === id;
  if (guest) localStorage.removeItem(GUEST);
  await forgetTheirs([id, forGood || guest]);
}

/** A page that is closed meanwhile goes on with it when it is opened again. */
async function forgetTheirs(left: Parameters<Leaving>): Promise<void> {
  localStorage.setItem(LEAVING, JSON.stringify(left));
  await Promise.all(leavings.map((forget) => forget(...left)));
  localStorage.removeItem(LEAVING);
}

/** Whose token it is. */
function subjectOf(access: string): string {
  const claims = (access.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  return (JSON.parse(atob(claims)) as { sub: string }).sub;
}

interface Issued {
  access_token: string;
  expires_in: number;
}

async function post(path: string, body?: URLSearchParams): Promise<Response> {
  const init: RequestInit = { method: "POST", credentials: "same-origin" };
  return fetch(`${AUTH}/${path}?cookie=true`, body ? { ...init, body } : init);
}

async function take(response: Response, guest = false): Promise<string> {
  const { access_token: access, expires_in: lasts } = (await response.json()) as Issued;
  const id = subjectOf(access);
  if (guest) localStorage.setItem(GUEST, id);
  await become("in", { access, lasts, id });
  return access;
}

async function refresh(): Promise<string | null> {
  const asked = era;
  const response = await post("refresh");
  if (asked !== era) return token; // somebody came or left meanwhile
  if (response.ok) return take(response);
  if (response.status === 401 || response.status === 422) await become("out", { id: null });
  return null;
}

async function inTurn(work: () => Promise<string | null>): Promise<string | null> {
  return "locks" in navigator ? await navigator.locks.request("cultivar-refresh", work) : await work();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function sessionState(): SessionState {
  return state;
}

/** Whose session it is on this device, also while the server cannot say so; null for nobody. */
export function holder(): string | null {
  return who;
}

/** Whether a thing kept on this device may be shown to whoever is here. What nobody owns is the next guest's. */
export function isMine(owner: string | null): boolean {
  return owner === who || (owner === null && isGuest());
}

export function isGuest(): boolean {
  return who !== null && localStorage.getItem(GUEST) === who;
}

/** To be called when a guest has made an account: they can sign in again. */
export function noLongerGuest(): void {
  localStorage.removeItem(GUEST);
}

/** What is to be forgotten when somebody is no longer here, however they left. */
export function onLeave(forget: Leaving): void {
  leavings.push(forget);
}

/** What is to be done whenever somebody is known to be here who was not before. */
export function onArrival(greet: () => void): void {
  let before: string | null = null;
  subscribe(() => {
    const now = state === "in" ? who : null;
    const come = now !== null && now !== before;
    before = now;
    if (come) greet();
  });
}

/** The access token, made new where it is old; null for somebody who is signed out or when the network is away. */
export async function accessToken(renew = false): Promise<string | null> {
  if (token !== null && !renew && Date.now() < expires - EARLY_MS) return token;
  if (state === "out") return null;
  if (who === null) {
    await become("out");
    return null;
  }
  pending ??= inTurn(refresh)
    .catch(() => null)
    .then((fresh) => {
      if (state === "unknown") void become("in"); // the server did not say otherwise: as it was left
      return fresh;
    })
    .finally(() => {
      pending = null;
    });
  return pending;
}

/** Who is here for certain, null for nobody. Throws where the server cannot be reached to say. */
export async function whoIsHere(): Promise<string | null> {
  const access = await accessToken();
  if (access === null && who !== null) throw new TypeError("the server cannot be reached");
  return access === null ? null : subjectOf(access);
}

/** The token of this person. Throws where they are not here, or nobody knows. */
export async function tokenOf(id: string, renew = false): Promise<string> {
  const access = await accessToken(renew);
  if (access === null || subjectOf(access) !== id) throw new TypeError("who this belongs to is not here");
  return access;
}

/** Called once at start. */
export async function restore(): Promise<void> {
  const left = localStorage.getItem(LEAVING);
  if (left !== null) await forgetTheirs(JSON.parse(left) as Parameters<Leaving>);
  await accessToken();
}

/** Another tab has signed in or out: this one goes with it. */
window.addEventListener("storage", ({ key, newValue }) => {
  if (key !== WHO || newValue === who) return;
  void become(newValue === null ? "out" : "unknown", { id: newValue });
  void accessToken();
});

/** Whoever is here, a new guest where nobody is. Throws where the server cannot be reached. */
export async function beSomebody(): Promise<void> {
  if ((await accessToken()) !== null) return;
  if (who !== null) throw new TypeError("offline");
  newGuest ??= inTurn(makeGuest).finally(() => {
    newGuest = null;
  });
  await newGuest;
}

async function makeGuest(): Promise<string> {
  const response = await post("guest");
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return take(response, true);
}

/** Throws a ProblemError with the server's own words. */
export async function signIn(email: string, password: string): Promise<void> {
  const form = new URLSearchParams({ grant_type: "password", username: email, password });
  await inTurn(async () => {
    const response = await post("token", form);
    if (!response.ok) throw new ProblemError(await problemOf(response));
    return take(response);
  });
}

/** Forgets the session here, and what is theirs with it; the server is told by the caller first. */
export function forget(forGood = false): Promise<void> {
  return become("out", { id: null, forGood });
}
