import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tokenFor } from "@/testing/token";
import { database } from "./database";
import { forgetPerson } from "./kept";
import { add, again, drain, FLAG, remove } from "./queue";
import type { Reply } from "./upload";

const seen: { key: string | undefined; photos: number }[] = [];
const senders: (string | undefined)[] = [];
const NEVER: Reply = { status: 0, text: "", retryAfter: null };
let replies: (Reply | TypeError)[] = [];

vi.mock("./upload", () => ({
  upload: ({ form, headers, signal }: { form: FormData; headers: Record<string, string>; signal: AbortSignal }) => {
    senders.push(headers.Authorization);
    seen.push({ key: headers["Idempotency-Key"], photos: form.getAll("file").length });
    const next = replies.shift() ?? answer("none left");
    if (next === NEVER)
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    return next instanceof TypeError ? Promise.reject(next) : Promise.resolve(next);
  },
}));

/** Who is signed in, and whether as a guest; null where nobody is, and then a guest is made. */
let here: string | null = null;
let guest = false;
const leave = vi.hoisted((): (() => void)[] => []);
vi.mock("@/lib/session", async (original) => ({
  ...(await original<object>()),
  onLeave: (forget: () => void) => leave.push(forget),
  holder: () => here,
  isGuest: () => guest,
  beSomebody: async () => {
    if (here === null) [here, guest] = ["a new guest", true];
  },
  whoIsHere: async () => here,
  tokenOf: async (id: string) => {
    if (id !== here) throw new TypeError("not here");
    return tokenFor(id);
  },
}));

function become(id: string | null): void {
  [here, guest] = [id, false];
}

function answer(id: string): Reply {
  return { status: 200, text: JSON.stringify({ prediction_id: id }), retryAfter: null };
}

function question(photos = 1) {
  const photo = { bytes: new ArrayBuffer(8), type: "image/jpeg" };
  return { fields: { consent: "store" }, photos: Array(photos).fill(photo), language: "en" };
}

beforeEach(async () => {
  become(null);
  seen.length = 0;
  senders.length = 0;
  replies = [];
  await database.waiting.clear();
  await database.kept.clear();
});
afterEach(() => vi.clearAllTimers());

describe("the queue", () => {
  it("sends in order, each under its own key, and keeps the answers", async () => {
    replies = [answer("first"), answer("second")];
    const keys = [await add(question(2)), await add(question())];
    await drain();
    expect(seen).toEqual([
      { key: keys[0], photos: 2 },
      { key: keys[1], photos: 1 },
    ]);
    expect((await database.kept.toArray()).map((one) => one.id)).toEqual(["first", "second"]);
    expect(await database.waiting.count()).toBe(0);
    expect(localStorage.getItem(FLAG)).toBeNull();
  });

  it("keeps all that waits when the network is away, and sends the same key again", async () => {
    replies = [new TypeError("offline"), answer("late")];
    const key = await add(question());
    await drain();
    expect(await database.waiting.count()).toBe(1);
    expect(localStorage.getItem(FLAG)).toBe("1");
    await drain();
    expect(seen.map((one) => one.key)).toEqual([key, key]);
    expect(await database.waiting.count()).toBe(0);
  });

  it("goes on behind what the server will not take, and tries that again when asked", async () => {
    replies = [{ status: 422, text: '{"title":"No"}', retryAfter: null }, answer("next"), answer("mended")];
    const key = await add(question());
    await add(question());
    await drain();
    expect((await database.waiting.toArray()).map(({ state, problem }) => [state, problem])).toEqual([
      ["refused", "No"],
    ]);
    await again(key);
    expect((await database.kept.toArray()).map((one) => one.id).sort()).toEqual(["mended", "next"]);
  });

  it("does not send what was removed", async () => {
    await remove(await add(question()));
    await drain();
    expect(seen).toEqual([]);
  });

  it("stops what is being sent when it is removed, and goes on", async () => {
    replies = [NEVER, answer("next")];
    const key = await add(question());
    await add(question());
    const draining = drain();
    await vi.waitFor(() => expect(seen.length).toBe(1));
    await remove(key);
    await draining;
    expect((await database.kept.toArray()).map((one) => one.id)).toEqual(["next"]);
    expect(await database.waiting.count()).toBe(0);
  });

  it("sends once when several ask at the same time", async () => {
    replies = [answer("only")];
    await add(question());
    await Promise.all([drain(), drain()]);
    expect(seen.length).toBe(1);
    expect(await database.waiting.count()).toBe(0);
  });

  it("keeps the last thirty answers alone", async () => {
    for (let i = 0; i < 33; i++) {
      replies.push(answer(`answer ${i}`));
      await add(question());
    }
    await drain();
    expect(await database.kept.count()).toBe(30);
  });

  it("sends what somebody took as them alone, and passes it by while they are not here", async () => {
    become("ada");
    const key = await add(question());
    for (const other of [null, "bo"]) {
      become(other);
      await drain();
    }
    expect(seen).toEqual([]);
    become("ada");
    replies = [answer("hers")];
    await drain();
    expect(seen.map((one) => one.key)).toEqual([key]);
    expect(senders).toEqual([`Bearer ${tokenFor("ada")}`]);
    expect((await database.kept.toArray()).map(({ id, owner }) => [id, owner])).toEqual([["hers", "ada"]]);
  });

  it("gives what was taken while nobody was here to the next guest, not to who signs in", async () => {
    const key = await add(question());
    become("bo");
    await drain();
    expect(seen).toEqual([]);
    become(null);
    replies = [new TypeError("offline")];
    await drain();
    expect(senders).toEqual([`Bearer ${tokenFor("a new guest")}`]);
    expect(await database.waiting.where({ key }).toArray()).toMatchObject([{ owner: "a new guest" }]);
  });

  it("stops what is on its way when its owner leaves, and keeps it for them", async () => {
    become("ada");
    replies = [NEVER];
    await add(question());
    const draining = drain();
    await vi.waitFor(() => expect(seen.length).toBe(1));
    become(null);
    for (const forget of leave) forget();
    await draining;
    expect(await database.waiting.count()).toBe(1);
    expect(await database.kept.count()).toBe(0);
  });

  it("drops what waits of somebody who never comes back, and of nobody else", async () => {
    for (const id of ["ada", "bo"]) {
      become(id);
      await add(question());
    }
    await forgetPerson("ada", false);
    expect(await database.waiting.count()).toBe(2);
    await forgetPerson("ada", true);
    expect((await database.waiting.toArray()).map(({ owner }) => owner)).toEqual(["bo"]);
  });
});
