/** How each file of a batch gets on. Pure. */
import type { Result } from "./results";

/** `left`: the batch ended without it. */
export type FileState = "waiting" | "done" | "failed" | "left";

export interface KnownFile {
  name: string;
  state: FileState;
}

/** The files that this tab sent, each with what came of it so far; of others those that have a result. */
export function filesOf(
  sent: readonly { name: string }[],
  results: readonly Pick<Result, "index" | "file" | "error">[],
  ended: boolean,
): KnownFile[] {
  const stateOf = ({ error }: Pick<Result, "error">): FileState => (error === null ? "done" : "failed");
  if (sent.length === 0) return results.map((one) => ({ name: one.file, state: stateOf(one) }));
  const found = new Map(results.map((one) => [one.index, stateOf(one)]));
  return sent.map(({ name }, index) => ({ name, state: found.get(index) ?? (ended ? "left" : "waiting") }));
}
