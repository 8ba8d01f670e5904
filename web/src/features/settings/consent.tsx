import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useLocalized } from "@/i18n/localized";
import { api, body, type Schemas } from "@/lib/api";
import { prefer } from "@/lib/preferences";
import { queries } from "@/lib/queries";
import { holder } from "@/lib/session";
import { useWords } from "@/lib/words";
import { Choices } from "@/ui/choices";
import { Note } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import styles from "./settings.module.css";

type Consents = Schemas["ConsentOut"];
type Choice = Consents["consent"];

const CHOICES: readonly Choice[] = ["none", "store", "train"];
/** The same that the scan asks for: both show what was chosen in either. */
const KEY = ["me", "consents"];

/** The first sentence stands out; what it means in full follows. */
export function choice(id: string, text: string): { id: string; label: string; hint: string } {
  const end = text.indexOf(". ") + 1 || text.length;
  return { id, label: text.slice(0, end), hint: text.slice(end).trim() };
}

/** What is kept of photos from now on, in the server's own words: those are what a person agrees to. */
export function Consent() {
  const known = useQuery({ queryKey: KEY, queryFn: () => body(api.GET("/api/v1/users/me/consents")) });
  return <Loaded query={known}>{(consents) => <Chooser consents={consents} />}</Loaded>;
}

function Chooser({ consents }: { consents: Consents }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const localized = useLocalized();
  const words = useWords();
  const choose = useMutation({
    mutationFn: (consent: Choice) =>
      body(api.PUT("/api/v1/users/me/consents", { body: { consent, text_version: consents.texts.version } })),
    onSuccess: async (now) => {
      queries.setQueryData(KEY, now);
      prefer({ consent: { by: holder(), consent: now.consent, version: now.text_version } });
      await queries.invalidateQueries({ queryKey: ["me"] });
    },
    onError: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const shown = choose.isPending ? choose.variables : consents.consent;
  return (
    <>
      <Choices
        label={t("settings.consent")}
        choices={CHOICES.map((id) => choice(id, localized({ ...consents.texts.choices[id] })))}
        value={shown}
        onChange={(id) => choose.mutate(CHOICES.find((one) => one === id) ?? "none")}
      />
      <p className={styles.soft} role="status">
        {consents.chosen_at === null
          ? t("settings.consent_never")
          : t("settings.consent_since", { moment: moment(consents.chosen_at) })}
      </p>
      {choose.isError && (
        <Note mood="bad" announce>
          {words(choose.error)}
        </Note>
      )}
    </>
  );
}
