import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useTitles } from "@/lib/packs";
import type { Result } from "./results";

interface Told {
  title: string;
  /** Share, grade, severity, count: what there is. */
  figures: string;
}

/** Nothing is told as certain. */
const SURE = 0.99;

/** A result in the person's words. */
export function useTold(results: readonly Result[]): (result: Result) => Told {
  const { t } = useTranslation();
  const { share } = useFormats();
  const named = useTitles([...new Set(results.map((one) => one.pack).filter((pack) => pack !== ""))]);
  const sure = (confidence: number) =>
    confidence > SURE ? t("history.over", { share: share(SURE) }) : share(confidence);
  return (result) => {
    const figures = [
      result.confidence === null ? null : sure(result.confidence),
      result.grade === null ? null : t("history.grade", { grade: result.grade }),
      result.severity === null ? null : t("history.severity", { grade: result.severity }),
      result.count === null ? null : t("history.bananas", { count: result.count }),
    ];
    const title = result.className === null ? (result.refusal ?? "") : named(result.pack, result.className);
    return { title: result.error ?? title, figures: figures.filter((one) => one !== null).join(" · ") };
  };
}
