import { afterEach, expect, it, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

it("asks nothing as nobody while it cannot prove who is here", async () => {
  localStorage.setItem("cultivar.was-signed-in", "ada");
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request | string) => {
    asked.push(typeof request === "string" ? request : request.url);
    return Promise.reject(new TypeError("no network"));
  });
  vi.resetModules();
  const { api } = await import("./api");
  await expect(api.GET("/api/v1/users/me", { baseUrl: "http://localhost" })).rejects.toThrow(
    "the server cannot be reached",
  );
  expect(asked).toEqual(["/api/v1/auth/refresh?cookie=true"]);
});
