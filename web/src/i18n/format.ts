import { useTranslation } from "react-i18next";

interface Formats {
  /** 0.873 becomes 87 %. */
  share: (value: number) => string;
  number: (value: number, digits?: number) => string;
  date: (iso: string) => string;
  moment: (iso: string) => string;
  /** 14200000 becomes 14.2 MB. */
  bytes: (count: number) => string;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function bytesIn(language: string, count: number): string {
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const style = { style: "unit", unit: UNITS[power] ?? "byte", maximumFractionDigits: power === 0 ? 0 : 1 } as const;
  return new Intl.NumberFormat(language, style).format(count / 1000 ** power);
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
    bytes: (count) => bytesIn(language, count),
  };
}
