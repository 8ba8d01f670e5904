import { useMutation, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "@/lib/api";
import { prefer, usePreferences } from "@/lib/preferences";
import { queries } from "@/lib/queries";
import { recall, remember } from "@/lib/remembered";
import { beSomebody } from "@/lib/session";

export type Consent = Schemas["ConsentOut"]["consent"];
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

/** What may be kept: the account's choice on the present text, or what was said here while the server was away. */
export function useConsent(): ConsentState {
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
  const current = saved.data !== undefined && saved.data.text_version === saved.data.texts.version;
  return {
    chosen: current ? saved.data.consent : said,
    texts: saved.data?.texts ?? recall(NAME),
    choose: (consent) => {
      prefer({ consent });
      save.mutate(consent);
    },
  };
}
