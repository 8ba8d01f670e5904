import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "@/generated/api";
import { ProblemError, problemOf } from "./problem";
import { accessToken } from "./session";

export type Schemas = components["schemas"];
export type Answer = Schemas["Answer"];
export type Prediction = Schemas["PredictionOut"];
export type Instance = Schemas["Instance"];

const bearer: Middleware = {
  async onRequest({ request }) {
    const token = await accessToken();
    if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.status !== 401 || !request.headers.has("Authorization") || request.method !== "GET") return response;
    const token = await accessToken(true);
    if (token === null) return response;
    const again = new Request(request);
    again.headers.set("Authorization", `Bearer ${token}`);
    return fetch(again);
  },
};

/** The API, typed by its own document. Paths stand as the document has them. */
export const api = createClient<paths>({ baseUrl: "/" });
api.use(bearer);

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
