import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "@/generated/api";
import { ProblemError, problemOf } from "./problem";
import { accessToken, holder, tokenOf } from "./session";

export type Schemas = components["schemas"];
export type Answer = Schemas["Answer"];
export type Prediction = Schemas["PredictionOut"];
export type Instance = Schemas["Instance"];

function bearer(token: (renew?: boolean) => Promise<string | null>): Middleware {
  return {
    async onRequest({ request }) {
      const access = await token();
      if (access !== null) request.headers.set("Authorization", `Bearer ${access}`);
      return request;
    },
    async onResponse({ request, response }) {
      if (response.status !== 401 || !request.headers.has("Authorization") || request.method !== "GET") return response;
      const access = await token(true);
      if (access === null) return response;
      const again = new Request(request);
      again.headers.set("Authorization", `Bearer ${access}`);
      return fetch(again);
    },
  };
}

function client(token: (renew?: boolean) => Promise<string | null>) {
  const made = createClient<paths>({ baseUrl: "/" });
  made.use(bearer(token));
  return made;
}

/** Where whoever is here cannot prove it now, nothing is asked as nobody. */
async function ownToken(renew = false): Promise<string | null> {
  const access = await accessToken(renew);
  if (access === null && !renew && holder() !== null) throw new TypeError("the server cannot be reached");
  return access;
}

/** The API, typed by its own document. Paths stand as the document has them. */
export const api = client(ownToken);

/** The API as this person alone: where somebody else has come meanwhile, nothing is asked, and it throws. */
export function apiAs(id: string): typeof api {
  return client((renew) => tokenOf(id, renew));
}

interface Told<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; an error is thrown with the server's words. */
export async function body<T>(asked: Promise<Told<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  const problem = error && typeof error === "object" ? error : await problemOf(response);
  throw new ProblemError({
    status: response.status,
    code: "unknown",
    title: response.statusText,
    detail: "",
    ...(problem as object),
  });
}

/** A picture that only its owner may see, as a URL of this page. Give it back with `URL.revokeObjectURL`. */
export async function picture(path: string): Promise<string> {
  const token = await accessToken();
  const response = await fetch(path, token === null ? {} : { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  const type = response.headers.get("Content-Type") ?? "";
  if (!/^image\/(jpeg|png|webp)$/.test(type)) throw new TypeError(`no picture: ${type}`);
  return URL.createObjectURL(await response.blob());
}
