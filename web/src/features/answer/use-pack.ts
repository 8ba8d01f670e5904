import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocalized } from "@/i18n/localized";
import type { Prediction, Schemas } from "@/lib/api";
import { detailOf, type Label, refusalIn, useLabels } from "@/lib/packs";
import { plainName } from "./words";

/** What a classifier finds before it names its condition. */
const LEAF = "leaf";

export type { Label } from "@/lib/packs";

type Refusal = NonNullable<Prediction["refusal"]>;

export interface Pack {
  detail: Schemas["ModelDetail"] | undefined;
  labels: Label[];
  label: (className: string) => Label | undefined;
  /** A class in the person's language. */
  title: (className: string) => string;
  /** What a head says, in the person's language. */
  headTitle: (head: string) => string;
  headLabel: (head: string, label: string) => string;
  /** Why there is no answer, in the language read now: the server answered in the one asked in. */
  refusal: (refusal: Refusal) => { message: string; advice: string };
}

/** What the pack knows of its answers. Without it, its classes' own names stand. */
export function usePack(name: string): Pack {
  const { t } = useTranslation();
  const localized = useLocalized();
  const detail = useQuery(detailOf(name)).data;
  const labels = useLabels(name).data?.items ?? [];
  const label = (className: string) => labels.find((one) => one.class_name === className);
  const headOf = (head: string) => detail?.heads.find((one) => one.name === head);
  return {
    detail,
    labels,
    label,
    title: (className) =>
      localized(label(className)?.title) || (className === LEAF ? t("answer.one_leaf") : plainName(className)),
    headTitle: (head) => localized(headOf(head)?.title) || plainName(head),
    headLabel: (head, of) => localized(headOf(head)?.labels.find((one) => one.label === of)?.title) || plainName(of),
    refusal: (refusal) => refusalIn(localized, detail, refusal),
  };
}

/** Whether this model finds single things, rather than naming the whole. */
export function findsThings({ detail }: Pack): boolean {
  return detail !== undefined && detail.task !== "classify";
}
