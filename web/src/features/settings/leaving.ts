import { api, body } from "@/lib/api";
import { forget } from "@/lib/session";

/** The server ends the session and takes the cookie away; then person and answers are forgotten here. What waits stays. */
export async function signOut(): Promise<void> {
  await body(api.POST("/api/v1/auth/logout"));
  await forget();
}

/** Everything of this person, here and on the server, also what waits. A password is needed some time after signing in. */
export async function closeAccount(password: string): Promise<void> {
  await body(api.DELETE("/api/v1/users/me", { body: { password: password === "" ? null : password } }));
  await forget(true);
}
