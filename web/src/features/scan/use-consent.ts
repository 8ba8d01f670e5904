import { useMutation, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "@/lib/api";
import { prefer, type Said, usePreferences } from "@/lib/preferences";
import { queries } from "@/lib/queries";
import { recall, remember } from "@/lib/remembered";
import { beSomebody, holder } from "@/lib/session";
import { useHolder } from "@/lib/use-session";

type Saved = Pick<Schemas["ConsentOut"], "consent" | "text_version" | "texts">;
export type Consent = Saved["consent"];
export const CONSENTS = ["none", "store", "train"] as const satisfies readonly Consent[];

const NAME = "consent-texts";
const KEY = ["me", "consents"];

interface ConsentState {
  /** Null until the person has said it. */
  chosen: Consent | null;
  /** The full texts, where they have been read once. */
  texts: Schemas["ConsentTexts"] | undefined;
  choose: (consent: Consent) => void;
}

/**
 * What this person has said may be kept: the account's choice on the present text, else what they said here, as long as no other
 * text is known. Null is to be asked. Pure.
 */
export function chosenOf(saved: Saved | undefined, said: Said | null, person: string | null): Consent | null {
  if (saved !== undefined && saved.text_version === saved.texts.version) return saved.consent;
  if (said === null || said.by !== person) return null;
  return saved === undefined || said.version === saved.texts.version ? said.consent : null;
}

export function useConsent(): ConsentState {
  const person = useHolder();
  const said = usePreferences().consent;
  const saved = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      await beSomebody();
      const found = await body(api.GET("/api/v1/users/me/consents"));
      remember(NAME, found.texts);
      return found;
    },
  });
  const save = useMutation({
    mutationFn: async (consent: Consent) => {
      await beSomebody();
      const version = saved.data?.texts.version ?? null;
      return body(api.PUT("/api/v1/users/me/consents", { body: { consent, text_version: version } }));
    },
    onSuccess: (now) => {
      queries.setQueryData(KEY, now);
      void queries.invalidateQueries({ queryKey: ["me"] });
    },
  });
  const texts = saved.data?.texts ?? recall<Saved["texts"]>(NAME);
  return {
    chosen: chosenOf(saved.data, said, person),
    texts,
    choose: (consent) => {
      prefer({ consent: { by: holder(), consent, version: texts?.version ?? null } });
      save.mutate(consent);
    },
  };
}
