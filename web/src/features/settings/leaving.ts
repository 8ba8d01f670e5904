import { api, body } from "@/lib/api";
import { forget } from "@/lib/session";

/** The server ends the session and takes the cookie away; then it is forgotten here. */
export async function signOut(): Promise<void> {
  await body(api.POST("/api/v1/auth/logout"));
  forget();
}

/** Everything of this person, here and on the server. A password is needed some time after signing in. */
export async function closeAccount(password: string): Promise<void> {
  await body(api.DELETE("/api/v1/users/me", { body: { password: password === "" ? null : password } }));
  forget();
}
