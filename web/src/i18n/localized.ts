import { useTranslation } from "react-i18next";
import { typeset } from "./typography";

/** A text that the server has in several languages, in the one that the person reads. */
export function useLocalized(): (texts: Record<string, string> | null | undefined) => string {
  const { i18n } = useTranslation();
  const { language } = i18n;
  return (texts) => {
    const own = texts?.[language];
    return own === undefined ? (texts?.en ?? Object.values(texts ?? {})[0] ?? "") : typeset(own, language);
  };
}
