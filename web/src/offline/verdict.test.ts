import { describe, expect, it } from "vitest";
import { pause, verdict } from "./verdict";

const reply = (status: number, text = "{}", retryAfter: number | null = null) => ({ status, text, retryAfter });

describe("what is done with a reply", () => {
  it("takes an answer", () => {
    expect(verdict(reply(200), 0)).toEqual({ what: "answered" });
  });

  it("asks a busy server again for ever, when it says", () => {
    expect(verdict(reply(503, "{}", 7), 99)).toEqual({ what: "later", seconds: 7 });
    expect(verdict(reply(409, '{"code":"idempotency_in_use"}'), 99).what).toBe("later");
  });

  it("asks a broken server a few times", () => {
    expect(verdict(reply(500), 0).what).toBe("later");
    expect(verdict(reply(500), 4).what).toBe("refused");
  });

  it("keeps the server's words for what it will never take", () => {
    const said = verdict(reply(422, '{"title":"Not a photo.","detail":"Send a JPEG."}'), 0);
    expect(said).toEqual({ what: "refused", problem: "Send a JPEG." });
    expect(verdict(reply(413, "<html>"), 0)).toEqual({ what: "refused", problem: "413" });
  });

  it("waits longer each time, a minute at most", () => {
    expect([0, 1, 2, 20].map(pause)).toEqual([2, 4, 8, 60]);
  });
});
