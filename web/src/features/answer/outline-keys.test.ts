import { describe, expect, it } from "vitest";
import { placeOf, type Selector, selectorOf } from "./outline";
import { inMiddle, pressed, standing } from "./outline-keys";

const PHOTO = { width: 200, height: 100 };
const BOX = selectorOf({ bbox: [10, 20, 60, 70], polygon: null });
const TRIANGLE = selectorOf({
  bbox: [10, 20, 60, 70],
  polygon: [
    [10, 20],
    [60, 20],
    [10, 70],
  ],
});

function often(times: number, from: Selector, key: string, shift = false): Selector {
  return Array.from({ length: times }).reduce<Selector>((now) => pressed(now, key, shift, PHOTO) ?? now, from);
}

describe("arrow keys", () => {
  it("move an outline by a two-hundredth of the longer side", () => {
    expect(placeOf(often(3, BOX, "ArrowRight"), PHOTO)).toEqual({ bbox: [13, 20, 63, 70] });
    expect(placeOf(often(1, TRIANGLE, "ArrowUp"), PHOTO).polygon).toEqual([
      [10, 19],
      [60, 19],
      [10, 69],
    ]);
  });

  it("with Shift move its right and lower edge, every corner in proportion", () => {
    expect(placeOf(often(10, BOX, "ArrowLeft", true), PHOTO)).toEqual({ bbox: [10, 20, 50, 70] });
    expect(placeOf(often(25, TRIANGLE, "ArrowDown", true), PHOTO).polygon).toEqual([
      [10, 20],
      [60, 20],
      [10, 95],
    ]);
  });

  it("keep it within the photo, and never make it vanish", () => {
    expect(placeOf(often(999, BOX, "ArrowLeft"), PHOTO)).toEqual({ bbox: [0, 20, 50, 70] });
    expect(placeOf(often(999, BOX, "ArrowDown"), PHOTO)).toEqual({ bbox: [10, 50, 60, 100] });
    expect(placeOf(often(999, BOX, "ArrowRight", true), PHOTO)).toEqual({ bbox: [10, 20, 200, 70] });
    expect(placeOf(often(999, BOX, "ArrowUp", true), PHOTO)).toEqual({ bbox: [10, 20, 60, 22] });
  });

  it("are the only keys that do something", () => {
    expect(pressed(BOX, "a", false, PHOTO)).toBeNull();
  });
});

describe("a new outline", () => {
  it("begins as a box in the middle, of corners where corners are drawn", () => {
    expect(placeOf(inMiddle(PHOTO, "rectangle"), PHOTO)).toEqual({ bbox: [70, 35, 130, 65] });
    expect(placeOf(inMiddle(PHOTO, "polygon"), PHOTO).polygon).toHaveLength(4);
    expect(standing(inMiddle(PHOTO, "polygon"), PHOTO).left).toBeCloseTo(0.35);
  });
});
