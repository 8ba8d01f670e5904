import type { Schemas } from "@/lib/api";

type Role = Schemas["Person"]["role"];

const FOR_ALL = [
  "predict",
  "predictions:read",
  "predictions:write",
  "feedback:read",
  "feedback:write",
  "surveys:read",
  "surveys:write",
  "statistics:read",
  "models:read",
  "jobs:read",
  "jobs:write",
] as const;
const FOR_EXPERTS = ["alerts:write", "datasets:read"] as const;
const FOR_ADMINS = ["admin"] as const;

export type Scope = (typeof FOR_ALL | typeof FOR_EXPERTS | typeof FOR_ADMINS)[number];

type Name<S extends string> = S extends `${infer Thing}:${infer Verb}` ? `${Thing}_${Verb}` : S;

/** The name of a scope's text. */
export function textOf(scope: Scope): Name<Scope> {
  return scope.replace(":", "_") as Name<Scope>;
}

/** What a key of this person may be allowed to do. */
export function scopesOf(role: Role): readonly Scope[] {
  if (role === "admin") return [...FOR_ALL, ...FOR_EXPERTS, ...FOR_ADMINS];
  return role === "expert" ? [...FOR_ALL, ...FOR_EXPERTS] : FOR_ALL;
}

export const LASTS = ["month", "quarter", "year", "ever"] as const;
export type Lasting = (typeof LASTS)[number];

const DAYS: Record<Lasting, number | null> = { month: 30, quarter: 90, year: 365, ever: null };

/** When a key made now ends; null for never. */
export function expiry(lasting: Lasting, now: Date): string | null {
  const days = DAYS[lasting];
  return days === null ? null : new Date(now.getTime() + days * 86_400_000).toISOString();
}
