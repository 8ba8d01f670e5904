import { describe, expect, it } from "vitest";
import type { Schemas } from "@/lib/api";
import { choice } from "./consent";
import { isAtWork, linkOf } from "./my-data";
import { expiry, scopesOf, textOf } from "./scopes";

const NOW = new Date("2026-05-01T12:00:00Z");
const JOB: Schemas["JobOut"] = {
  job_id: "1",
  kind: "export_personal_data",
  state: "done",
  total: null,
  done: 0,
  failed: 0,
  error: null,
  result: { url: "/files/x.zip", expires_at: "2026-05-02T12:00:00Z" },
  attempts: 1,
  created_at: "2026-05-01T11:00:00Z",
  started_at: null,
  finished_at: null,
};

describe("an export", () => {
  it("gives its link until it is over", () => {
    expect(linkOf(JOB, NOW)?.url).toBe("/files/x.zip");
    expect(linkOf(JOB, new Date("2026-05-03T00:00:00Z"))).toBeNull();
  });

  it("gives no link while it is at work or after it failed", () => {
    expect(linkOf({ ...JOB, state: "running" }, NOW)).toBeNull();
    expect(linkOf({ ...JOB, result: null }, NOW)).toBeNull();
    expect(linkOf(undefined, NOW)).toBeNull();
    expect([isAtWork(JOB), isAtWork({ ...JOB, state: "queued" }), isAtWork(undefined)]).toEqual([false, true, false]);
  });
});

describe("a key", () => {
  it("can do no more than its maker", () => {
    expect(scopesOf("user")).not.toContain("alerts:write");
    expect(scopesOf("expert")).toContain("alerts:write");
    expect(scopesOf("expert")).not.toContain("admin");
    expect(scopesOf("admin")).toContain("admin");
    expect(textOf("predictions:read")).toBe("predictions_read");
  });

  it("ends when it was said, or never", () => {
    expect(expiry("month", NOW)).toBe("2026-05-31T12:00:00.000Z");
    expect(expiry("ever", NOW)).toBeNull();
  });
});

describe("a choice of consent", () => {
  it("leads with its first sentence and keeps every word", () => {
    const text = "Keep nothing. Your photo is forgotten. Nothing stays.";
    expect(choice("none", text)).toEqual({
      id: "none",
      label: "Keep nothing.",
      hint: "Your photo is forgotten. Nothing stays.",
    });
  });
});
