import { useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "@/lib/api";
import { recall, remember } from "@/lib/remembered";
import { beSomebody } from "@/lib/session";

/** A pack that can look at photos: what a person needs to choose among them. */
export type PackChoice = Pick<
  Schemas["ModelOut"],
  "name" | "title" | "description" | "subject" | "task" | "input" | "thresholds"
>;

const PACKS = "packs";

async function fetchPacks(): Promise<PackChoice[]> {
  await beSomebody();
  const { items } = await body(api.GET("/api/v1/models"));
  const choices = items.map(({ name, title, description, subject, task, input, thresholds }) => {
    return { name, title, description, subject, task, input, thresholds };
  });
  return remember(PACKS, choices);
}

/** The packs that serve; without a network those that served last. */
export function usePacks() {
  const known = recall<PackChoice[]>(PACKS);
  return useQuery({
    queryKey: ["models", "choices"],
    queryFn: fetchPacks,
    ...(known === undefined ? {} : { initialData: known, initialDataUpdatedAt: 0 }),
  });
}

/** How large a photo the pack can use; more is sent for nothing. */
export function longSideFor(pack: PackChoice | undefined, least: number): number {
  return Math.max(least, 2 * Math.max(pack?.input.width ?? 0, pack?.input.height ?? 0));
}
