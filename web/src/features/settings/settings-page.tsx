import { useTranslation } from "react-i18next";
import { LANGUAGES, languageName, speak } from "@/i18n";
import { prefer, usePreferences } from "@/lib/preferences";
import { useSession } from "@/lib/use-session";
import { Card, Page } from "@/ui/layout";
import { Select } from "@/ui/select";
import { Account } from "./account";
import { Device } from "./device";
import { Keys } from "./keys";
import { Privacy } from "./privacy";
import { Sessions } from "./sessions";

const THEMES = ["system", "light", "dark"] as const;
const BROWSER = "browser";

export function SettingsPage() {
  const { t } = useTranslation();
  const { state, person, guest } = useSession();
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")} narrow>
      <Looks />
      <Account />
      <Privacy />
      {state === "in" && <Sessions />}
      {person !== null && !guest && <Keys person={person} />}
      <Device />
    </Page>
  );
}

function Looks() {
  const { t } = useTranslation();
  const { language, theme } = usePreferences();
  const languages = LANGUAGES.map((code) => ({ id: code, label: languageName(code) }));
  return (
    <Card label={t("settings.looks")}>
      <Select
        label={t("settings.language")}
        options={[{ id: BROWSER, label: t("settings.language_browser") }, ...languages]}
        value={language ?? BROWSER}
        onChange={(id) => {
          const chosen = id === BROWSER ? null : id;
          prefer({ language: chosen });
          void speak(chosen);
        }}
      />
      <Select
        label={t("settings.theme")}
        options={THEMES.map((id) => ({ id, label: t(`settings.theme_${id}`) }))}
        value={theme}
        onChange={(id) => prefer({ theme: THEMES.find((known) => known === id) ?? "system" })}
      />
    </Card>
  );
}
