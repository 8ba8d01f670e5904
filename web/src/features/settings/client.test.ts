import { describe, expect, it } from "vitest";
import { clientOf } from "./client";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

describe("clientOf", () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, ["Chrome", "Linux"]],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0`, ["Edge", "Windows"]],
    ["Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", ["Firefox", "Android"]],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${WEBKIT} Version/18.0 Safari/604.1`, ["Safari", "iOS"]],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.0 Safari/605.1`, ["Safari", "macOS"]],
    ["python-httpx/0.28.1", ["python-httpx"]],
  ])("reads %s", (agent, said) => {
    expect(clientOf(agent)).toEqual(said);
  });

  it("knows nothing of a program that says nothing", () => {
    expect(clientOf(null)).toBeNull();
    expect(clientOf(" ")).toBeNull();
  });
});
