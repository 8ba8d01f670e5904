import { afterEach, expect, it, vi } from "vitest";
import { accessToken, beSomebody } from "./session";

afterEach(() => vi.unstubAllGlobals());

it("makes one guest, however many ask at once", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(Response.json({ access_token: "a token", expires_in: 900 }));
  });
  await Promise.all([beSomebody(), beSomebody(), beSomebody()]);
  expect(asked).toEqual(["/api/v1/auth/guest?cookie=true"]);
  expect(await accessToken()).toBe("a token");
});
