/**
 * Who is signed in. The refresh token lies in a cookie that no script can read; the access token, good for minutes, lives in
 * this module's memory alone. A refresh token works once, so tabs take turns by a lock.
 */
import { ProblemError, problemOf } from "./problem";

const AUTH = "/api/v1/auth";
const WAS_IN = "cultivar.was-signed-in";
const EARLY_MS = 30_000;

export type SessionState = "unknown" | "out" | "in";

let state: SessionState = "unknown";
let token: string | null = null;
let expires = 0;
let pending: Promise<string | null> | null = null;
let newGuest: Promise<void> | null = null;
const listeners = new Set<() => void>();

function become(next: SessionState, access: string | null, lasts = 0): void {
  state = next;
  token = access;
  expires = Date.now() + lasts * 1000;
  if (next === "in") localStorage.setItem(WAS_IN, "1");
  else if (next === "out") localStorage.removeItem(WAS_IN);
  for (const listener of listeners) listener();
}

async function post(path: string, body?: URLSearchParams): Promise<Response> {
  const init: RequestInit = { method: "POST", credentials: "same-origin" };
  return fetch(`${AUTH}/${path}?cookie=true`, body ? { ...init, body } : init);
}

async function take(response: Response): Promise<string> {
  const body = (await response.json()) as { access_token: string; expires_in: number };
  become("in", body.access_token, body.expires_in);
  return body.access_token;
}

async function refresh(): Promise<string | null> {
  const response = await post("refresh");
  if (response.ok) return take(response);
  if (response.status === 401 || response.status === 422) become("out", null);
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

/** The access token, made new where it is old; null for somebody who is signed out or when the network is away. */
export async function accessToken(renew = false): Promise<string | null> {
  if (token !== null && !renew && Date.now() < expires - EARLY_MS) return token;
  if (state === "out" || (state === "unknown" && localStorage.getItem(WAS_IN) === null)) {
    if (state === "unknown") become("out", null);
    return null;
  }
  pending ??= inTurn(refresh)
    .catch(() => null)
    .then((fresh) => {
      if (state === "unknown") become("in", null); // the server did not say otherwise: as it was left
      return fresh;
    })
    .finally(() => {
      pending = null;
    });
  return pending;
}

/** Called once at start. */
export async function restore(): Promise<void> {
  await accessToken();
}

/** Whoever is here, a new guest where nobody is. Throws where the server cannot be reached. */
export async function beSomebody(): Promise<void> {
  if ((await accessToken()) !== null) return;
  if (state === "in" || localStorage.getItem(WAS_IN) !== null) throw new TypeError("offline");
  newGuest ??= makeGuest().finally(() => {
    newGuest = null;
  });
  await newGuest;
}

async function makeGuest(): Promise<void> {
  const response = await post("guest");
  if (!response.ok) throw new ProblemError(await problemOf(response));
  await take(response);
}

/** Throws a ProblemError with the server's own words. */
export async function signIn(email: string, password: string): Promise<void> {
  const response = await post("token", new URLSearchParams({ grant_type: "password", username: email, password }));
  if (!response.ok) throw new ProblemError(await problemOf(response));
  await take(response);
}

/** Forgets the session here; the server is told by the caller first. */
export function forget(): void {
  become("out", null);
}
