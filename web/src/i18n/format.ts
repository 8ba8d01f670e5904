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

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Making one takes longer than to format a page with it. */
function kept<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known as T;
}

function numbers(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept(`${language} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(language, options));
}

function dates(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(`${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options));
}

/** The region where the person reads this language, as far as their browser says: it decides on the order of a date. */
export function regional(language: string, wanted: readonly string[] = navigator.languages): string {
  return wanted.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
}

/** Numbers and dates as the person's language and region write them. */
export function useFormats(): Formats {
  const { i18n } = useTranslation();
  const language = regional(i18n.language);
  return {
    share: (value) => numbers(language, { style: "percent", maximumFractionDigits: 0 }).format(value),
    number: (value, digits = 1) => numbers(language, { maximumFractionDigits: digits }).format(value),
    date: (iso) => dates(language, { dateStyle: "medium" }).format(new Date(iso)),
    moment: (iso) => dates(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)),
    bytes: (count) => bytesIn(language, count),
  };
}
