import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Chart } from "./chart";
import { useColours } from "./colours";
import type { Pens } from "./draw";

const DAY_HOURS = 24;
const NARROW = "\u202f";

/** How charts write and colour: in the person's language and theme. */
export function usePens(): Pens {
  const colours = useColours();
  const { i18n } = useTranslation();
  return useMemo(() => ({ colours, ...writing(i18n.language) }), [colours, i18n.language]);
}

/** Numbers, dates and signs of a language. */
export function writing(language: string): Omit<Pens, "colours"> {
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const time = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const parts = new Intl.NumberFormat(language).formatToParts(1234567.8);
  const sign = (type: string) => parts.find((part) => part.type === type)?.value;
  const value = (given: number, unit: Chart["unit"]) => {
    if (unit === "share") return share.format(given);
    if (unit === "count") return whole.format(given);
    return unit === "ms" ? `${number.format(given)}${NARROW}ms` : number.format(given);
  };
  const x = (given: string | number, kind: Chart["xKind"]) => {
    if (typeof given === "number") return number.format(given);
    if (kind === "day") return day.format(new Date(given));
    return kind === "moment" ? time.format(new Date(given)) : given;
  };
  const tick = (given: string | number, kind: Chart["xKind"], hours: number) => {
    if (kind !== "moment") return x(given, kind);
    return (hours > DAY_HOURS ? date : clock).format(new Date(given));
  };
  return { value, x, tick, separators: `${sign("decimal") ?? "."}${sign("group") ?? ","}` };
}
