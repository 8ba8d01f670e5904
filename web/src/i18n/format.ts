import { useTranslation } from "react-i18next";

interface Formats {
  /** 0.873 becomes 87 %. */
  share: (value: number) => string;
  number: (value: number, digits?: number) => string;
  date: (iso: string) => string;
  moment: (iso: string) => string;
}

/** Numbers and dates as the person's language writes them. */
export function useFormats(): Formats {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return {
    share: (value) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(value),
    number: (value, digits = 1) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value),
    date: (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso)),
    moment: (iso) =>
      new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)),
  };
}
