import { useQuery } from "@tanstack/react-query";
import { useLocalized } from "@/i18n/localized";
import { api, body, type Schemas } from "@/lib/api";
import { type Label, useLabels } from "@/lib/packs";
import { plainName } from "./words";

const FRESH_MS = 600_000;

export type { Label } from "@/lib/packs";

export interface Pack {
  detail: Schemas["ModelDetail"] | undefined;
  labels: Label[];
  label: (className: string) => Label | undefined;
  /** A class in the person's language. */
  title: (className: string) => string;
  /** What a head says, in the person's language. */
  headTitle: (head: string) => string;
  headLabel: (head: string, label: string) => string;
}

/** What the pack knows of its answers. Without it, its classes' own names stand. */
export function usePack(name: string): Pack {
  const localized = useLocalized();
  const params = { params: { path: { pack: name } } };
  const detail = useQuery({
    queryKey: ["models", "detail", name],
    queryFn: () => body(api.GET("/api/v1/models/{pack}", params)),
    staleTime: FRESH_MS,
  }).data;
  const labels = useLabels(name).data?.items ?? [];
  const label = (className: string) => labels.find((one) => one.class_name === className);
  const headOf = (head: string) => detail?.heads.find((one) => one.name === head);
  return {
    detail,
    labels,
    label,
    title: (className) => localized(label(className)?.title) || plainName(className),
    headTitle: (head) => localized(headOf(head)?.title) || plainName(head),
    headLabel: (head, of) => localized(headOf(head)?.labels.find((one) => one.label === of)?.title) || plainName(of),
  };
}

/** Whether this model finds single things, rather than naming the whole. */
export function findsThings({ detail }: Pack): boolean {
  return detail !== undefined && detail.task !== "classify";
}
