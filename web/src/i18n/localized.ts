import { useTranslation } from "react-i18next";

/** A text that the server has in several languages, in the one that the person reads. */
export function useLocalized(): (texts: Record<string, string> | null | undefined) => string {
  const { i18n } = useTranslation();
  return (texts) => texts?.[i18n.language] ?? texts?.en ?? Object.values(texts ?? {})[0] ?? "";
}
