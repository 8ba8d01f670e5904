import { ProblemError, problemOf } from "./problem";
import { accessToken } from "./session";

/** A file behind the API, for the person's own eyes. */
export async function fetchFile(path: string, headers: Record<string, string> = {}): Promise<Blob> {
  const token = await accessToken();
  const all = token === null ? headers : { ...headers, Authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers: all });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response.blob();
}
