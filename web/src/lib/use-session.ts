import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, body, type Schemas } from "./api";
import { holder, type SessionState, sessionState, subscribe } from "./session";

export interface Session {
  state: SessionState;
  /** Null until it is known, and for nobody. */
  person: Schemas["Person"] | null;
  guest: boolean;
  expert: boolean;
  admin: boolean;
}

/** Who is here, and what they may do. */
export function useSession(): Session {
  const state = useSyncExternalStore(subscribe, sessionState);
  const me = useQuery({
    queryKey: ["me"],
    queryFn: () => body(api.GET("/api/v1/users/me")),
    enabled: state === "in",
    staleTime: 60_000,
  });
  const person = state === "in" ? (me.data ?? null) : null;
  const role = person?.role;
  return {
    state,
    person,
    guest: person !== null && person.email === null,
    expert: role === "expert" || role === "admin",
    admin: role === "admin",
  };
}

/** Whose session it is, as far as this device knows. */
export function useHolder(): string | null {
  return useSyncExternalStore(subscribe, holder);
}
