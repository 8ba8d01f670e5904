/** What looks at photos here, and what its answers are called. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useLocalized } from "@/i18n/localized";
import { api, body, type Schemas } from "./api";
import { beSomebody } from "./session";

const LONG_MS = 5 * 60_000;

/** The packs that serve. They are shown to people alone, so a visitor becomes a guest. */
export function useModels() {
  return useQuery({
    queryKey: ["models"],
    queryFn: async () => {
      await beSomebody();
      return body(api.GET("/api/v1/models"));
    },
    staleTime: LONG_MS,
  });
}

function labelsOf(pack: string) {
  return {
    queryKey: ["models", pack, "labels"],
    queryFn: () => body(api.GET("/api/v1/models/{pack}/labels", { params: { path: { pack } } })),
    staleTime: LONG_MS,
    retry: false,
  };
}

/** All that is known of a pack. */
export function detailOf(pack: string) {
  return {
    queryKey: ["models", "detail", pack],
    queryFn: () => body(api.GET("/api/v1/models/{pack}", { params: { path: { pack } } })),
    staleTime: LONG_MS,
  };
}

type Refusal = Schemas["Refusal"];

/** A refusal in the language read now: the server answered in the one that was asked in. */
export function refusalIn(
  words: ReturnType<typeof useLocalized>,
  detail: Schemas["ModelDetail"] | undefined,
  { code, message, advice }: Refusal,
): Pick<Refusal, "message" | "advice"> {
  const said = detail?.refusals[code];
  return said === undefined ? { message, advice } : { message: words(said.message), advice: words(said.advice) };
}

/** The sentence of a refusal by one of these packs. */
export function useRefusals(packs: readonly string[]): (pack: string, refusal: Refusal) => string {
  const words = useLocalized();
  const asked = [...new Set(packs)].sort();
  const details = useQueries({
    queries: asked.map(detailOf),
    combine: (all) => new Map(all.map((one, at) => [asked[at], one.data])),
  });
  return (pack, refusal) => refusalIn(words, details.get(pack), refusal).message;
}

export type Label = Schemas["LabelOut"];

export function useLabels(pack: string | null) {
  return useQuery({ ...labelsOf(pack ?? ""), enabled: pack !== null && pack !== "" });
}

/** The name of a class in the person's language; its code where the pack is gone. */
export function useTitles(packs: readonly string[]): (pack: string, className: string) => string {
  const words = useLocalized();
  const asked = [...new Set(packs)].sort();
  const titles = useQueries({
    queries: asked.map(labelsOf),
    combine: (all) => new Map(all.map((one, at) => [asked[at], one.data?.items])),
  });
  return (pack, className) => {
    const label = titles.get(pack)?.find((one) => one.class_name === className);
    return label === undefined ? className.replaceAll("_", " ") : words(label.title);
  };
}
