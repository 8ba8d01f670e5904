import { keepPreviousData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { api, body, type Schemas } from "@/lib/api";
import { queries } from "@/lib/queries";

export type Role = Schemas["UserOut"]["role"];
export type User = Schemas["UserOut"];
/** The roles that can be given: a guest has none to give or to take. */
export const ROLES = ["user", "expert", "admin"] as const satisfies readonly Role[];

/** What a person is called: a guest has no e-mail, only an id. */
export function nameOf(user: User, guest: string): string {
  return user.email ?? `${guest} ${user.id.slice(-6)}`;
}

export interface Wanted {
  email: string;
  role: Role | null;
  disabled: boolean | null;
}

export const ANYBODY: Wanted = { email: "", role: null, disabled: null };

export const PEOPLE = "people";
const AT_ONCE = 30;

export function usePeople({ email, role, disabled }: Wanted) {
  const filters = {
    ...(email.trim() !== "" && { email: email.trim() }),
    ...(role !== null && { role }),
    ...(disabled !== null && { disabled }),
  };
  return useInfiniteQuery({
    queryKey: [PEOPLE, filters],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/v1/users", {
          params: { query: { ...filters, limit: AT_ONCE, ...(pageParam !== null && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

const again = { onSettled: () => queries.invalidateQueries({ queryKey: [PEOPLE] }) };

export function useChange(id: string) {
  return useMutation({
    mutationFn: (patch: Schemas["UserPatch"]) =>
      body(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: id } }, body: patch })),
    ...again,
  });
}

export function useSignOut(id: string) {
  return useMutation({
    mutationFn: () => body(api.DELETE("/api/v1/users/{user_id}/sessions", { params: { path: { user_id: id } } })),
    ...again,
  });
}

export function useEndKey(id: string) {
  return useMutation({
    mutationFn: (key: string) =>
      body(api.DELETE("/api/v1/users/{user_id}/keys/{key_id}", { params: { path: { user_id: id, key_id: key } } })),
    ...again,
  });
}
