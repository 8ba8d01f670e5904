import { describe, expect, it } from "vitest";
import type { Prediction } from "@/lib/api";
import { fits, folded } from "./label-search";
import { placeOf, selectorOf } from "./outline";
import { pathOf } from "./shapes";
import { kept, LARGEST, moved, WHOLE, zoomed } from "./view";
import { counts, firstPhoto, nextLikely, noGrade, plainName, sureness, tips } from "./words";

describe("words", () => {
  it("say how sure by steps", () => {
    expect([1, 0.95, 0.8, 0.6, 0.4, 0.1].map(sureness)).toEqual([
      "certain",
      "certain",
      "very_likely",
      "likely",
      "possible",
      "unsure",
    ]);
  });

  it("give the worst fault of a photo first, and another view where it has none", () => {
    expect(tips({ sharpness: 0.4, exposure: 0.1, size: 1, score: 0.3 })).toEqual(["more_light", "hold_still"]);
    expect(tips({ sharpness: 1, exposure: 1, size: 1, score: 1 })).toEqual(["fill_frame"]);
  });

  it("name what else it may be, without the answer and without what hardly may", () => {
    const top = [
      { label: "a", confidence: 0.9 },
      { label: "b", confidence: 0.06 },
      { label: "c", confidence: 0.001 },
    ];
    expect(nextLikely({ label: "a", confidence: 0.9, top }).map((one) => one.label)).toEqual(["b"]);
  });

  it("count what is counted, and zero too", () => {
    expect(counts({ ripe_count: 0, mature_count: null } as Prediction)).toEqual([["ripe_count", 0]]);
  });

  it("say why there is no grade", () => {
    expect(noGrade("grade_2_or_3")).toEqual({ why: "between", low: "2", high: "3" });
    expect(noGrade("leaf_not_whole")).toEqual({ why: "not_whole" });
    expect(noGrade(null)).toEqual({ why: "unsaid" });
  });

  it("choose the first photo that was not refused", () => {
    const photos = [
      { file_index: 0, refused: true },
      { file_index: 1, refused: false },
    ];
    expect(firstPhoto({ photos } as Prediction)).toBe(1);
    expect(firstPhoto({ photos: [] as unknown } as Prediction)).toBe(0);
  });

  it("read a class's own name, and find labels without accents", () => {
    expect(plainName("Tomato___Late_blight")).toBe("Tomato Late blight");
    expect(folded("Érable TACHÉ")).toBe("erable tache");
  });
});

describe("a view of a photo", () => {
  const frame = { width: 100, height: 50 };

  it("keeps the point under the finger where it is", () => {
    const near = zoomed(WHOLE, 2, 30, 20, frame);
    expect(near).toEqual({ scale: 2, x: -30, y: -20 });
    expect(zoomed(near, 0.5, 30, 20, frame)).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it("never shows what is beside the photo", () => {
    expect(moved({ scale: 2, x: 0, y: 0 }, 40, -900, frame)).toEqual({ scale: 2, x: 0, y: -50 });
    expect(kept({ scale: 99, x: 0, y: 0 }, frame).scale).toBe(LARGEST);
  });
});

describe("outlines", () => {
  const polygon: [number, number][] = [
    [-3, 0],
    [50.04, 0],
    [50, 70],
  ];

  it("stay within the photo, with 500 points at most", () => {
    const place = { bbox: [0, 0, 50, 70] as [number, number, number, number], polygon };
    const drawn = placeOf(selectorOf(place), { width: 40, height: 60 });
    expect(drawn).toEqual({
      polygon: [
        [0, 0],
        [40, 0],
        [40, 60],
      ],
    });
    const many = Array.from({ length: 1203 }, (_, at) => [at, at] as [number, number]);
    const fewer = placeOf(selectorOf({ ...place, polygon: many }), { width: 2000, height: 2000 });
    expect(fewer.polygon?.length).toBeLessThanOrEqual(500);
  });

  it("of a box are a box", () => {
    const box = { bbox: [1, 2, 30, 40] as [number, number, number, number], polygon: null };
    expect(placeOf(selectorOf(box), { width: 100, height: 100 })).toEqual({ bbox: box.bbox });
    expect(pathOf(box)).toBe("M1 2L30 2L30 40L1 40Z");
  });
});

describe("the search among labels", () => {
  it("takes words in any order, without accents and capitals", () => {
    expect(fits("Alternariose de la pomme de terre Potato___Early_blight", "potato early")).toBe(true);
    expect(fits("Brûlure foliaire", "  BRULURE ")).toBe(true);
    expect(fits("Late blight of potato", "potato early")).toBe(false);
  });
});
