import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import { csv } from "./chart";
import { columnsOf, figureOf, matrix } from "./confusion-matrix";
import { PENS } from "./testing";

const t = ((key: string) => key) as unknown as TFunction;
const BLIGHT = "Tomato___Late_blight";
const SPOT = "Tomato___Leaf_spot";
const TWO = {
  classes: [BLIGHT, SPOT],
  rows: [
    { class_name: BLIGHT, n: 20, correct: 14, said: [14, 4], said_other: 0, unnamed: 2 },
    { class_name: SPOT, n: 0, correct: 0, said: [0, 0], said_other: 0, unnamed: 0 },
  ],
};
const MORE = {
  ...TWO,
  rows: [...TWO.rows, { class_name: null, n: 10, correct: 9, said: [1, 0], said_other: 9, unnamed: 0 }],
};

describe("what is taken for what", () => {
  it("shades by the share of the line, right ones apart", () => {
    const [line, unseen] = matrix(TWO, t).lines;
    expect(line?.cells).toEqual([
      { count: 14, share: 0.7, tone: "right" },
      { count: 4, share: 0.2, tone: "wrong" },
      { count: 2, share: 0.1, tone: "wrong" },
    ]);
    expect(unseen?.cells.map((cell) => cell.share)).toEqual([0, 0, 0]);
  });

  it("has a column of others only where not all classes are listed, and calls it neither right nor wrong", () => {
    expect(matrix(TWO, t).said).toEqual(["Tomato: Late blight", "Tomato: Leaf spot", "monitoring.unnamed"]);
    const { said, lines } = matrix(MORE, t);
    expect(said[2]).toBe("monitoring.other_class");
    expect(lines[2]).toMatchObject({ name: "monitoring.other_classes", n: 10 });
    expect(lines[2]?.cells[2]).toEqual({ count: 9, share: 0.9, tone: "mixed" });
  });

  it("is a file with a line for each answer", () => {
    expect(csv(columnsOf(matrix(TWO, t), t)).split("\r\n")).toEqual([
      "monitoring.answer,Tomato: Late blight,Tomato: Leaf spot,monitoring.unnamed,monitoring.n",
      "Tomato: Late blight,14,4,2,20",
      "Tomato: Leaf spot,0,0,0,0",
      "",
    ]);
  });

  it("is a picture with a rectangle and a number for each cell", () => {
    const { layout } = figureOf(matrix(MORE, t), t, PENS);
    const shapes = layout.shapes as { opacity: number; fillcolor: string }[];
    expect(shapes).toHaveLength(12);
    expect(shapes[0]).toMatchObject({ fillcolor: "green", opacity: Math.sqrt(0.7) * 0.45, x0: -0.5, y1: 0.5 });
    expect((layout.annotations as { text: string }[])[0]?.text).toBe("14.00");
  });
});
