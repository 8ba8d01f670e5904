import { useTranslation } from "react-i18next";
import { readable } from "./charts-feedback";

/** What a code of the API is called: an error, why a photo was refused, what an alert or a drift is about. */
export function useCodes() {
  const { t, i18n } = useTranslation();
  const named = (kind: "code" | "refusal" | "subject") => (code: string) => {
    const key = `monitoring.${kind}_${code}`;
    return i18n.exists(key) ? (t as (known: string) => string)(key) : readable(code);
  };
  return { error: named("code"), refusal: named("refusal"), subject: named("subject") };
}
