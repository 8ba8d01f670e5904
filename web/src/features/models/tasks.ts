const TASKS = ["classify", "detect", "segment"] as const;

/** The word of a task; another task than ours is a model. */
export function taskOf(task: string): (typeof TASKS)[number] | "other" {
  return TASKS.find((known) => task.startsWith(known)) ?? "other";
}
