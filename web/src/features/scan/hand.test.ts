import { renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";

const session = vi.hoisted(() => ({ leave: () => undefined as unknown }));
const reads = vi.hoisted(() => ({ next: [] as (() => void)[] }));
vi.mock("@/lib/session", () => ({
  onLeave: (forget: () => unknown) => {
    session.leave = forget;
  },
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

async function read(): Promise<void> {
  await vi.waitFor(() => expect(reads.next).toHaveLength(1));
  reads.next.pop()?.();
}

beforeEach(() => {
  session.leave();
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

it("forgets everything when the person leaves, also what is still being read", async () => {
  take(photo(1));
  const done = takeFiles([new File([], "leaf.jpg")], 100);
  session.leave();
  expect(isEmpty()).toBe(true);
  await read();
  await done;
  expect(isEmpty()).toBe(true);
});
