import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useThumbnail } from "./thumbnails";

const asked: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return new Response("{}", { status: 404, headers: { "Content-Type": "application/problem+json" } });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function wait(milliseconds: number): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(milliseconds));
}

it("opens a link as it is, once the list stands still", async () => {
  const { result } = renderHook(() => useThumbnail("a", "/files/a?expires=1"));
  expect(result.current.url).toBeNull();
  await wait(500);
  expect(result.current.url).toBe("/files/a?expires=1");
  expect(asked).toEqual([]);
});

it("keeps to a link that it has shown, while it lasts", async () => {
  const first = renderHook(() => useThumbnail("b", "/files/b?expires=1"));
  await wait(500);
  first.unmount();
  const { result } = renderHook(() => useThumbnail("b", "/files/b?expires=2"));
  expect(result.current.url).toBe("/files/b?expires=1");
  await wait(60 * 60_000);
  const later = renderHook(() => useThumbnail("b", "/files/b?expires=3"));
  await wait(500);
  expect(later.result.current.url).toBe("/files/b?expires=3");
});

it("takes the newer link where the old one has ended, and asks the API where that has too", async () => {
  const first = renderHook(() => useThumbnail("c", "/files/c?expires=1"));
  await wait(500);
  first.unmount();
  const { result } = renderHook(() => useThumbnail("c", "/files/c?expires=2"));
  act(() => result.current.failed());
  await wait(500);
  expect(result.current.url).toBe("/files/c?expires=2");
  expect(asked).toEqual([]);
  act(() => result.current.failed());
  await wait(500);
  expect(result.current.url).toBeNull();
  expect(asked).toContain("/api/v1/predictions/c/image?size=thumb");
});

it("asks the API where there is no link, and for nothing without a prediction", async () => {
  renderHook(() => useThumbnail(null));
  renderHook(() => useThumbnail("d"));
  await wait(500);
  expect(asked.filter((path) => path.includes("image"))).toEqual(["/api/v1/predictions/d/image?size=thumb"]);
});
