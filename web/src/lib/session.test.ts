import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { tokenFor } from "@/testing/token";

type Session = typeof import("./session");

const WHO = "cultivar.was-signed-in";
let left: [string, boolean][] = [];
const asked: string[] = [];

/** The module as a page finds it that opens with this server, and where this person was before. */
async function opened(answer: (path: string) => Response, before: string | null = null): Promise<Session> {
  if (before !== null) localStorage.setItem(WHO, before);
  vi.resetModules();
  vi.stubGlobal("fetch", (url: string) => {
    const path = /auth\/(\w+)/.exec(url)?.[1] ?? url;
    asked.push(path);
    return Promise.resolve(answer(path));
  });
  const session = await import("./session");
  const told: typeof left = [];
  left = told;
  session.onLeave((id, forGood) => told.push([id, forGood]));
  return session;
}

function issued(id: string): Response {
  return Response.json({ access_token: tokenFor(id), expires_in: 900 });
}

const ENDED = () => Response.json({}, { status: 401 });
const AWAY = () => {
  throw new TypeError("no network");
};

beforeEach(() => void asked.splice(0));
afterEach(() => vi.unstubAllGlobals());

it("makes one guest, however many ask at once", async () => {
  const { beSomebody, accessToken, whoIsHere, isGuest } = await opened(() => issued("guest"));
  await Promise.all([beSomebody(), beSomebody(), beSomebody()]);
  expect(asked).toEqual(["guest"]);
  expect(await accessToken()).toBe(tokenFor("guest"));
  expect([await whoIsHere(), isGuest()]).toEqual(["guest", true]);
});

it("tells who has left when their session has ended elsewhere", async () => {
  const { restore, holder, sessionState, isMine } = await opened(ENDED, "ada");
  expect(isMine("ada")).toBe(true);
  await restore();
  expect([holder(), sessionState()]).toEqual([null, "out"]);
  expect(isMine("ada")).toBe(false);
  expect(left).toEqual([["ada", false]]);
});

it("goes on forgetting somebody when the page was closed meanwhile", async () => {
  const { restore, onLeave } = await opened(ENDED, "ada");
  onLeave(() => new Promise(() => undefined));
  void restore();
  await vi.waitFor(() => expect(left).toEqual([["ada", false]]));
  const next = await opened(ENDED);
  await next.restore();
  expect(left).toEqual([["ada", false]]);
  const last = await opened(ENDED);
  await last.restore();
  expect(left).toEqual([]);
});

it("does not take a lost network for an end, and sends nothing as somebody who is not certain", async () => {
  const { restore, holder, sessionState, whoIsHere, tokenOf } = await opened(AWAY, "ada");
  await restore();
  expect([holder(), sessionState(), left]).toEqual(["ada", "in", []]);
  await expect(whoIsHere()).rejects.toThrow(TypeError);
  await expect(tokenOf("ada")).rejects.toThrow(TypeError);
});

it("tells that a guest has left for good when somebody signs in, who gets nothing of theirs", async () => {
  const { beSomebody, signIn, isGuest, isMine, tokenOf } = await opened((path) =>
    issued(path === "token" ? "bo" : "guest"),
  );
  await beSomebody();
  expect([isMine("guest"), isMine(null)]).toEqual([true, true]);
  await signIn("bo@example.org", "a password");
  expect(left).toEqual([["guest", true]]);
  expect([isGuest(), isMine("guest"), isMine(null), isMine("bo")]).toEqual([false, false, false, true]);
  await expect(tokenOf("guest")).rejects.toThrow(TypeError);
});

it("keeps what waits of a guest who has made an account", async () => {
  const { beSomebody, noLongerGuest, forget } = await opened(() => issued("guest"));
  await beSomebody();
  noLongerGuest();
  await forget();
  expect(left).toEqual([["guest", false]]);
});

it("goes with another tab that signs out", async () => {
  const { restore, sessionState } = await opened(() => issued("ada"), "ada");
  await restore();
  localStorage.removeItem(WHO);
  dispatchEvent(new StorageEvent("storage", { key: WHO, newValue: null }));
  expect(sessionState()).toBe("out");
  expect(left).toEqual([["ada", false]]);
});

it("does not bring back who signed out while their session was renewed", async () => {
  let answer: (response: Response) => void = () => undefined;
  const { restore, forget, sessionState } = await opened(() => issued("nobody"), "ada");
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = resolve)));
  const renewing = restore();
  await Promise.resolve();
  await forget();
  answer(issued("ada"));
  await renewing;
  expect(sessionState()).toBe("out");
});
