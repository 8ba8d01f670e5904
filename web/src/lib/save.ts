import { accessToken, ProblemError, problemOf } from "./session";

/** A file behind the API, for the person's own eyes. */
export async function fetchFile(path: string, headers: Record<string, string> = {}): Promise<Blob> {
  const token = await accessToken();
  const all = token === null ? headers : { ...headers, Authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers: all });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response.blob();
}

const LINK_LASTS_MS = 60_000;

/** Puts a file where the browser puts downloads. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), LINK_LASTS_MS);
}

/** As part of a file's name: letters and digits of any language, the rest as hyphens. */
export function fileName(...words: string[]): string {
  const parts = words.map((word) => word.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, ""));
  return parts.filter((part) => part !== "").join("-");
}
