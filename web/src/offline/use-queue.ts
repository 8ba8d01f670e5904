import { useEffect, useState } from "react";
import { isMine } from "@/lib/session";
import { useHolder } from "@/lib/use-session";
import type { Kept, Waiting } from "./database";

type Source = typeof import("./database");

/** What a question to the browser's database answers, kept up to date over all tabs; undefined until it is known. */
function useLive<T>(ask: (source: Source) => Promise<T>, subject: string): T | undefined {
  const [found, setFound] = useState<T>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `subject` stands for what `ask` closes over.
  useEffect(() => {
    let stop: (() => void) | undefined;
    let over = false;
    const start = async () => {
      const source = await import("./database");
      if (over) return;
      const live = source.liveQuery(() => ask(source)).subscribe({ next: setFound, error: () => setFound(undefined) });
      stop = () => live.unsubscribe();
    };
    const later = () => void start().catch(whenOnline);
    const whenOnline = () => window.addEventListener("online", later, { once: true });
    later();
    return () => {
      over = true;
      window.removeEventListener("online", later);
      stop?.();
    };
  }, [subject]);
  return found;
}

/** Of these what belongs to whoever is here. */
function useMine<T extends { owner: string | null }>(found: T[] | undefined): T[] | undefined {
  useHolder();
  return found?.filter(({ owner }) => isMine(owner));
}

/** What waits of whoever is here, in order. */
export function useWaiting(): Waiting[] | undefined {
  return useMine(useLive(({ database }) => database.waiting.orderBy("order").toArray(), "waiting"));
}

/** The answers to these keys and in their order, as far as they have come. */
export function useAnswered(keys: readonly string[]): Kept[] | undefined {
  const found = useLive(async ({ database }) => {
    const all = await database.kept
      .where("key")
      .anyOf([...keys])
      .toArray();
    return all.sort((one, other) => keys.indexOf(one.key) - keys.indexOf(other.key));
  }, keys.join());
  return useMine(found);
}
