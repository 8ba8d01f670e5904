import { describe, expect, it } from "vitest";
import { type Entry, entryOf, without } from "./entries";
import { ANY, active, asked } from "./filters";
import { frameOf, placesOf, ticks } from "./places";

function entry(id: string, spot: Entry["spot"] = null): Entry {
  const nothing = { className: null, confidence: null, refusal: null, place: null, told: null, grade: null };
  const more = { severity: null, count: null, photo: true, thumb: null };
  return { id, at: "2026-05-04T10:00:00Z", pack: "drawn", spot, ...more, ...nothing };
}

describe("filters", () => {
  it("ask for nothing where nothing is chosen", () => {
    expect(asked(ANY)).toEqual({});
    expect(active(ANY)).toBe(0);
  });

  it("ask for whole days of the person's own calendar", () => {
    const query = asked({ ...ANY, from: "2026-05-04", to: "2026-05-04" });
    expect(Date.parse(query.to ?? "") - Date.parse(query.from ?? "")).toBe(86_400_000);
    expect(new Date(query.from ?? "").getHours()).toBe(0);
  });

  it("leave out what is no number, and do not count the search", () => {
    expect(asked({ ...ANY, least: "-1", most: "x", q: "  " })).toEqual({});
    const filters = { ...ANY, q: " scab ", count: "ripe_count" as const, least: "3", answered: "refused" as const };
    expect(asked(filters)).toEqual({ q: "scab", ripe_count_min: 3, refused: true });
    expect(active(filters)).toBe(2);
  });
});

describe("entries", () => {
  it("keep of an answer what a row shows", () => {
    const seen = {
      prediction_id: "p",
      created_at: "2026-05-04T10:00:00Z",
      model: "drawn",
      user_location: "hill",
      latitude: -1.5,
      longitude: 30.1,
      image_id: null,
      thumb_url: null,
      result: { class_name: "maple_tar_spot", confidence: 0.9 },
      feedback: { is_correct: false },
    };
    expect(entryOf(seen)).toMatchObject({ spot: [-1.5, 30.1], told: "wrong", photo: false, refusal: null });
    expect(entryOf({ ...seen, latitude: null, feedback: null })).toMatchObject({ spot: null, told: null });
  });

  it("go from every page, and from the total", () => {
    const data = { pageParams: [null], pages: [{ items: [entry("a"), entry("b")], total: 2, next: null }] };
    expect(without(data, "a")?.pages).toEqual([{ items: [entry("b")], total: 1, next: null }]);
    expect(without(data, "c")).toBe(data);
  });
});

describe("places", () => {
  it("gather what was seen at one of them, the most first", () => {
    const places = placesOf([entry("a", [1, 2]), entry("b", [3, 4]), entry("c", [3, 4]), entry("d")]);
    expect(places.map((place) => place.entries.map((one) => one.id))).toEqual([["b", "c"], ["a"]]);
  });

  it("lie within the frame, with room around them", () => {
    const places = placesOf([entry("a", [60, 10]), entry("b", [61, 14])]);
    const frame = frameOf(places);
    for (const place of places) {
      expect(place.latitude).toBeGreaterThan(frame.south);
      expect(place.latitude).toBeLessThan(frame.south + frame.height);
      expect(place.longitude).toBeGreaterThan(frame.west);
      expect(place.longitude).toBeLessThan(frame.west + frame.width);
    }
    expect(frameOf(placesOf([entry("a", [60, 10])])).height).toBeGreaterThan(0);
  });

  it("have lines at round degrees", () => {
    expect(ticks(-0.3, 1)).toEqual([-0.2, 0, 0.2, 0.4, 0.6]);
  });
});
