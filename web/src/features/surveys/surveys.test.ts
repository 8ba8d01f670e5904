import { describe, expect, it } from "vitest";
import type { Head, Survey } from "@/offline/survey-shape";
import { lightOf, topOf } from "./charts";
import { SHARES, spotsOf } from "./grades";
import { fieldsOf, headOf } from "./head-form";
import { plotsOf } from "./plots";
import { rangeOf } from "./ranges";

function kept(id: string, server: string | null, plot: string, visited_on: string): Survey {
  const head = { plot, visited_on, functional: "share_15" as const };
  const nothing = { changes: 0, plants: [], tried: null, problem: null, owner: null };
  return { id, server, head, at: visited_on, ...nothing };
}

describe("plots", () => {
  it("hold the server's visits and those that wait here, each once, the last first", () => {
    const listed = [
      { id: "s1", plot: "North", visited_on: "2026-05-01", cultivar: null },
      { id: "s2", plot: "South", visited_on: "2026-05-09", cultivar: "Cavendish" },
    ];
    const here = [kept("h1", "s1", "North", "2026-05-01"), kept("h2", null, "North", "2026-05-11")];
    expect(plotsOf(listed, here)).toEqual([
      {
        name: "North",
        visits: [
          { id: "h2", visitedOn: "2026-05-11", cultivar: null, waits: true },
          { id: "h1", visitedOn: "2026-05-01", cultivar: null, waits: false },
        ],
      },
      { name: "South", visits: [{ id: "s2", visitedOn: "2026-05-09", cultivar: "Cavendish", waits: false }] },
    ]);
  });
});

describe("the head of a survey", () => {
  it("is the same after it has been in a form, and empty words are nothing", () => {
    const head = {
      plot: "North",
      visited_on: "2026-05-01",
      cultivar: " Gros Michel ",
      notes: "",
      functional: "grade_4",
    };
    const through = headOf(fieldsOf(head as Head));
    expect(through).toMatchObject({ plot: "North", cultivar: "Gros Michel", notes: null, functional: "grade_4" });
    expect(headOf(fieldsOf(through))).toEqual(through);
  });

  it("puts the survey under its new plot before the server knows", () => {
    const listed = [{ id: "s1", plot: "North", visited_on: "2026-05-01", cultivar: null }];
    const [plot] = plotsOf(listed, [{ ...kept("h1", "s1", "South", "2026-05-02"), changes: 1 }]);
    expect(plot).toMatchObject({ name: "South", visits: [{ id: "h1", visitedOn: "2026-05-02", waits: true }] });
  });
});

describe("drawn leaves", () => {
  it("are the sicker the higher the grade", () => {
    const areas = Object.values(SHARES).map((share) => spotsOf(share).reduce((sum, spot) => sum + spot.r ** 2, 0));
    expect(areas).toEqual([...areas].sort((one, other) => one - other));
    expect(spotsOf(0)).toEqual([]);
  });
});

describe("ranges", () => {
  it("end where they are known to end", () => {
    const ranges = [
      [2, 3],
      [2, 2],
      [0, 0],
      [2, null],
      [0, null],
    ] as const;
    expect(ranges.map((one) => rangeOf(one))).toEqual(["2–3", "2", "0", "≥ 2", "≥ 0"]);
    expect(rangeOf([1.5, 2.25], (end) => end.toFixed(1))).toBe("1.5–2.3");
  });
});

describe("charts", () => {
  it("turn amber at 20 and red at 30", () => {
    expect([19.9, 20, 29.9, 30].map(lightOf)).toEqual(["good", "warn", "warn", "bad"]);
  });

  it("end at a round number that holds all", () => {
    expect([topOf([]), topOf([3]), topOf([22.5]), topOf([100])]).toEqual([10, 10, 30, 100]);
  });
});
