import { describe, expect, it } from "vitest";
import { speak, startTexts } from "@/i18n";
import { faultOf, shareOf, takeEvents } from "./jobs";
import { wrap } from "./share-picture";
import { waitBefore } from "./thumbnails";

describe("events", () => {
  it("are taken whole; what is not whole waits", () => {
    const text =
      'retry: 2000\n\nevent: progress\nid: running-1\ndata: {"done":1}\n\n: still here\n\nevent: end\nid: do';
    const { events, rest } = takeEvents(text);
    expect(events).toEqual([{ id: "running-1", data: '{"done":1}' }]);
    expect(takeEvents(`${rest}ne-2\ndata: {}\n\n`).events).toEqual([{ id: "done-2", data: "{}" }]);
  });

  it("may come with carriage returns", () => {
    expect(takeEvents("id: a\r\ndata: 1\r\n\r\n").events).toEqual([{ id: "a", data: "1" }]);
  });
});

describe("a job that failed", () => {
  it("says why in the language of the page, and only once it is over", async () => {
    const failed = { state: "failed" as const, error: "its worker stopped each time it was tried" };
    await startTexts();
    await speak("fr");
    expect(faultOf(failed)).toContain("n'a pas pu finir");
    expect(faultOf(failed)).not.toContain("worker");
    await speak("en");
    expect(faultOf(failed)).toBe(failed.error);
    expect(faultOf({ ...failed, error: null })).toBeNull();
    expect(faultOf({ ...failed, state: "queued" })).toBeNull();
  });
});

describe("progress", () => {
  const job = { job_id: "j", kind: "bulk.look", state: "running" as const, error: null, result: null, attempts: 1 };
  const times = { created_at: "", started_at: null, finished_at: null };

  it("counts what failed too, and is unknown without a total", () => {
    expect(shareOf({ ...job, ...times, total: 4, done: 2, failed: 1 })).toBe(0.75);
    expect(shareOf({ ...job, ...times, total: null, done: 2, failed: 1 })).toBeNull();
  });
});

describe("small pictures", () => {
  it("are sixty in a minute at most", () => {
    expect(waitBefore([], 0)).toBe(0);
    expect(waitBefore(Array(60).fill(1000) as number[], 31_000)).toBe(30_000);
    expect(waitBefore(Array(60).fill(1000) as number[], 70_000)).toBe(0);
  });
});

describe("words", () => {
  it("of a picture break where the line is full", () => {
    expect(wrap("one two three", (line) => line.length <= 7)).toEqual(["one two", "three"]);
    expect(wrap("", () => true)).toEqual([]);
  });
});
