import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { writing } from "./use-pens";

/** A share with its interval and what stands behind it, for a figure. */
export function useRates() {
  const { t, i18n } = useTranslation();
  const { value } = writing(i18n.language);
  const ms = (given: number | null | undefined) => (given == null ? "–" : value(given, "ms"));
  const count = (given: number) => value(given, "count");
  const share = (given: number | null) => (given === null ? "–" : value(given, "share"));
  const rate = (name: string, of: Schemas["Rate"]) => ({
    name,
    value: share(of.rate),
    note:
      of.interval === null
        ? t("monitoring.nobody_said")
        : t("monitoring.interval", { low: share(of.interval[0]), high: share(of.interval[1]), n: count(of.n) }),
  });
  return { ms, count, share, rate };
}
