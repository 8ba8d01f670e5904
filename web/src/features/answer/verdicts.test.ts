import { describe, expect, it } from "vitest";
import type { Instance } from "@/lib/api";
import { addedAt, byPerson, marksOf } from "./marks";
import {
  asBefore,
  asSent,
  type Feedback,
  missedIn,
  opinionIn,
  saidOf,
  saying,
  type Told,
  type Verdict,
  withMissed,
  withoutVerdict,
  withVerdict,
} from "./verdicts";

describe("what is said of single things", () => {
  it("is sent without what the server alone tells", () => {
    const said = { verdict: "edited", instance_id: 2, class_id: 1, class_name: null, bbox: [0, 0, 9, 9] } as const;
    const polygon: [number, number][] = [
      [0, 0],
      [9, 0],
      [9, 9],
    ];
    expect(asSent({ ...said, bbox: [0, 0, 9, 9], polygon })).toEqual({ verdict: "edited", instance_id: 2, polygon });
    expect(asSent({ verdict: "right", instance_id: 0, class_name: "Ripe" })).toEqual({
      verdict: "right",
      instance_id: 0,
    });
  });

  it("stands once for each thing, and beside all that were missed", () => {
    const first = withVerdict([], { verdict: "right", instance_id: 1 });
    expect(withVerdict(first, { verdict: "false", instance_id: 1 })).toEqual([{ verdict: "false", instance_id: 1 }]);
    const missed = { verdict: "missed", class_name: "Ripe", file_index: 0 } as const;
    expect(withVerdict([missed], missed)).toHaveLength(2);
  });

  it("comes back as it was", () => {
    const feedback = {
      is_correct: false,
      satisfied: null,
      correct_class_name: "b",
      comment: "so",
      confidence_rating: 4,
      instances: [{ verdict: "right", instance_id: 3, class_name: "a" }],
    } as unknown as Feedback;
    expect(asBefore(feedback).instances).toEqual([{ verdict: "right", instance_id: 3 }]);
    expect(saidOf(feedback, 3)?.verdict).toBe("right");
    expect(saidOf(null, 3)).toBeNull();
  });

  it("keeps the class and the outline of one thing together, in whatever order they were said", () => {
    const polygon: [number, number][] = [
      [0, 0],
      [9, 0],
      [9, 9],
    ];
    const drawn = { verdict: "edited", instance_id: 2, polygon } as const;
    const named = { verdict: "wrong_class", instance_id: 2, class_name: "Ripe" } as const;
    const both = [{ ...drawn, class_name: "Ripe" }];
    expect(withVerdict(withVerdict([], drawn), named)).toEqual(both);
    expect(withVerdict(withVerdict([], named), drawn)).toEqual(both);
    expect(withVerdict(both, drawn)).toEqual(both);
    expect(withVerdict(both, { verdict: "right", instance_id: 2 })).toEqual([{ verdict: "right", instance_id: 2 }]);
  });

  it("is taken back for one thing, or for one that was added", () => {
    const right = { verdict: "right", instance_id: 1 } as const;
    const first = { verdict: "missed", class_name: "Ripe", file_index: 0, bbox: [0, 0, 1, 1] } as const;
    const second = { ...first, class_name: "Mature" } as const;
    const all = [first, right, second] as unknown as Told[];
    expect(withoutVerdict(all, 1)).toEqual([first, second]);
    expect(withMissed(all, 1, null)).toEqual([first, right]);
    const other = { ...(first as unknown as Verdict), class_name: "Over Ripe" };
    expect(withMissed(all, 0, other)).toEqual([other, right, second]);
  });

  it("is withdrawn with the last of them where nothing else would stand", () => {
    const feedback = { is_correct: true, satisfied: null } as Feedback;
    expect(saying(feedback, [], true)).toBeNull();
    expect(saying(feedback, [], false)).toEqual({ instances: [] });
    expect(saying({ ...feedback, satisfied: false }, [], true)).toEqual({ instances: [] });
  });
});

describe("the three verdicts", () => {
  it("are always one of three, or none where nothing is said", () => {
    const of = (is_correct: boolean | null) => opinionIn({ is_correct } as Feedback);
    expect([of(true), of(false), of(null), opinionIn(null)]).toEqual(["right", "wrong", "unsure", null]);
  });
});

describe("what is drawn over a photo", () => {
  const found = { instance_id: 4, file_index: 0, class_id: 2, class_name: "Ripe", confidence: 0.9, polygon: null };
  const instances = [{ ...found, bbox: [0, 0, 9, 9] }] as unknown as Instance[];
  const polygon = [
    [1, 2],
    [8, 2],
    [8, 6],
  ];
  const feedback = {
    instances: [
      { verdict: "edited", instance_id: 4, file_index: 0, polygon },
      { verdict: "missed", class_id: 1, class_name: "Mature", file_index: 1, bbox: [0, 0, 5, 5] },
      { verdict: "missed", class_id: 3, class_name: "Over Ripe", file_index: 0, polygon },
    ],
  } as unknown as Feedback;

  it("is what was found, where nobody drew", () => {
    const [mark] = marksOf(instances, null, 0);
    expect(mark).toMatchObject({ id: 4, bbox: [0, 0, 9, 9], polygon: null, confidence: 0.9, said: null });
    expect(mark !== undefined && byPerson(mark)).toBe(false);
    expect(marksOf(instances, null, 1)).toEqual([]);
  });

  it("is what the person left, and what they added to this photo", () => {
    const [mended, added] = marksOf(instances, feedback, 0);
    expect(mended).toMatchObject({ id: 4, polygon, bbox: [1, 2, 8, 6], classId: 2, said: "edited" });
    expect(added).toMatchObject({ id: -2, polygon, classId: 3, className: "Over Ripe", confidence: null });
    expect([mended, added].map((one) => one !== undefined && byPerson(one))).toEqual([true, true]);
    expect(addedAt(-2)).toBe(1);
    expect(addedAt(4)).toBeNull();
    expect(missedIn(feedback)[1]?.class_name).toBe("Over Ripe");
  });
});
