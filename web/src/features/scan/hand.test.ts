import { renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";

const session = vi.hoisted(() => ({ state: "in", told: [] as (() => void)[] }));
const reads = vi.hoisted(() => ({ next: [] as (() => void)[] }));
vi.mock("@/lib/session", () => ({
  sessionState: () => session.state,
  subscribe: (listener: () => void) => session.told.push(listener),
}));
vi.mock("@/offline/shrink", () => ({
  shrink: (file: File) =>
    new Promise((resolve, refuse) => {
      reads.next.push(() => (file.name === "notes.txt" ? refuse(new TypeError()) : resolve(photo(1))));
    }),
}));
const { gone, isEmpty, PLANTS_AT_ONCE, showTogether, take, takeFiles, useHand } = await import("./hand");

const photo = (byte: number) => ({ bytes: new Uint8Array([byte]).buffer, type: "image/jpeg" });
const hand = () => renderHook(useHand).result.current;

function become(state: string): void {
  session.state = state;
  for (const listener of session.told) listener();
}

async function read(): Promise<void> {
  await vi.waitFor(() => expect(reads.next).toHaveLength(1));
  reads.next.pop()?.();
}

beforeEach(() => {
  become("out");
  become("in");
  reads.next.length = 0;
});

it("holds photos for whoever looks, whichever page they came from", () => {
  take(photo(1));
  showTogether(false);
  expect(hand()).toMatchObject({ together: false, shots: [{ photo: photo(1) }] });
  expect(isEmpty()).toBe(false);
});

it("lets go of what was sent alone", () => {
  const [first, second] = [photo(1), photo(2)];
  take(first);
  take(second);
  gone([first]);
  expect(hand().shots.map((shot) => shot.photo)).toEqual([second]);
});

it("holds no more than can go at once", async () => {
  for (let at = 0; at < PLANTS_AT_ONCE + 1; at++) take(photo(at));
  expect(hand().shots).toHaveLength(PLANTS_AT_ONCE);
  await takeFiles([new File([], "leaf.jpg")], 100);
  expect(hand()).toMatchObject({ tooMany: true, reading: 0 });
});

it("is not empty while a file is being read, and names those that cannot be", async () => {
  const done = takeFiles([new File([], "leaf.jpg"), new File([], "notes.txt")], 100);
  expect(isEmpty()).toBe(false);
  await read();
  await read();
  await done;
  expect(hand()).toMatchObject({ reading: 0, unread: ["notes.txt"] });
  expect(hand().shots).toHaveLength(1);
});

it("forgets everything when the person signs out, also what is still being read", async () => {
  take(photo(1));
  const done = takeFiles([new File([], "leaf.jpg")], 100);
  become("out");
  expect(isEmpty()).toBe(true);
  await read();
  await done;
  expect(isEmpty()).toBe(true);
});

it("keeps the photos of a first visit while a guest is made", () => {
  become("out");
  take(photo(1));
  become("in");
  expect(isEmpty()).toBe(false);
});
