import { describe, expect, it } from "vitest";
import {
  bodyOf,
  isWaiting,
  merged,
  newLeaf,
  nextLabel,
  type Plant,
  type Survey,
  type SurveyOut,
  shownPlants,
  withHead,
  withLeaf,
  withoutLeaf,
  withPlant,
} from "./survey-shape";

const HEAD = { plot: "North", visited_on: "2026-05-04", functional: "share_15" as const };
const SURVEY: Survey = {
  id: "here",
  server: "there",
  head: HEAD,
  changes: 0,
  plants: [],
  tried: null,
  problem: null,
  owner: null,
  at: "2026-05-04T10:00:00Z",
};

function seen(...labels: string[]): SurveyOut {
  const nothing = { cultivar: null, growth_phase: null, last_treatment_on: null, last_deleafing_on: null, notes: null };
  const times = { created_at: "2026-05-04T10:00:00Z", updated_at: "2026-05-04T10:00:00Z" };
  const plants = labels.map((label) => ({ label, leaves_total: 7, leaves: [] }));
  return { id: "there", ...HEAD, ...nothing, ...times, plants };
}

function labels(survey: Survey): string[] {
  return shownPlants(survey).map((plant) => plant.label);
}

describe("a survey", () => {
  it("waits until the server knows it and all its plants", () => {
    expect(isWaiting(SURVEY)).toBe(false);
    expect(isWaiting({ ...SURVEY, server: null })).toBe(true);
    expect(isWaiting(withPlant(SURVEY, "1", {}))).toBe(true);
  });

  it("takes what the server says, but for what the server has not seen", () => {
    const changed = withPlant(SURVEY, "2", { leaves_total: 3 });
    const now = merged(changed, seen("1", "2", "10"), null);
    expect(now.plants.map((plant) => [plant.label, plant.leaves_total])).toEqual([
      ["1", 7],
      ["2", 3],
      ["10", 7],
    ]);
    expect(now.id).toBe("here");
    expect(merged(undefined, seen("1"), "me")).toMatchObject({ id: "there", owner: "me" });
  });

  it("keeps a head that the server has not seen, and why it was refused", () => {
    const changed = withHead({ ...SURVEY, problem: "no" }, { ...HEAD, plot: "South" });
    expect(isWaiting(changed)).toBe(true);
    expect(changed.problem).toBeNull();
    const now = merged({ ...changed, problem: "too long" }, seen(), null);
    expect(now).toMatchObject({ changes: 1, problem: "too long", head: { plot: "South" } });
    expect(merged(SURVEY, { ...seen(), plot: "West" }, null)).toMatchObject({ changes: 0, head: { plot: "West" } });
  });

  it("keeps a deleted plant until the server has deleted it, and out of sight", () => {
    const gone = withPlant(withPlant(SURVEY, "1", {}), "1", { gone: true });
    expect(labels(gone)).toEqual([]);
    expect(labels(merged(gone, seen("1"), null))).toEqual([]);
    const again = withPlant(gone, "1", {});
    expect(again.plants).toMatchObject([{ gone: false, leaves: [], changes: 3 }]);
  });

  it("numbers plants without taking a number twice", () => {
    expect(nextLabel(SURVEY)).toBe("1");
    expect(nextLabel(withPlant(withPlant(SURVEY, "a", {}), "3", {}))).toBe("4");
  });

  it("takes out one leaf, and counts that as a change", () => {
    const leaves = [newLeaf(1), newLeaf(2)];
    const now = withoutLeaf(withPlant(SURVEY, "1", { leaves }), "1", 1);
    expect(now.plants[0]).toMatchObject({ changes: 2, leaves: [{ rank: 2 }] });
    expect(withoutLeaf(SURVEY, "1", 1)).toBe(SURVEY);
  });

  it("clears a refusal with the next change", () => {
    const refused = withPlant(SURVEY, "1", { problem: "no" });
    expect(withPlant(refused, "1", { leaves_total: 4 }).plants[0]?.problem).toBeNull();
  });
});

describe("a plant", () => {
  const plant: Plant = { label: "1", leaves_total: 5, leaves: [], changes: 1, gone: false, problem: null };

  it("holds each rank once, in order", () => {
    const leaves = withLeaf({ ...plant, leaves: withLeaf(plant, 3, { grade: 2 }) }, 1, { grade: 0 });
    expect(leaves.map((leaf) => [leaf.rank, leaf.grade])).toEqual([
      [1, 0],
      [3, 2],
    ]);
  });

  it("sends the grades of people, and leaves those of photos to the photo", () => {
    const byPhoto = { ...newLeaf(1), prediction_id: "p", grade: 4, graded_by: "photo" as const, area_share: 0.2 };
    const byEye = { ...newLeaf(2), grade: 1, graded_by: "person" as const, spotted: true };
    expect(bodyOf({ ...plant, leaves: [byPhoto, byEye] }).leaves).toMatchObject([
      { rank: 1, prediction_id: "p", grade: null, area_share: null },
      { rank: 2, prediction_id: null, grade: 1, spotted: true },
    ]);
  });
});
