/** Which class is taken for which: a table whose cells are shaded by their share of the row. */
import type { TFunction } from "i18next";
import type { Schemas } from "@/lib/api";
import type { Column } from "./chart";
import { readable } from "./charts-feedback";
import { type Figure, type Pens, plain, short } from "./draw";

type Confusion = Schemas["Confusion"];
type Row = Schemas["ConfusionRow"];

export interface Cell {
  count: number;
  /** Of the row; 0 where nobody spoke of it. */
  share: number;
  /** Neither where right and wrong answers come together, as those of all the classes that are not listed. */
  tone: "right" | "wrong" | "mixed";
}

export interface Line {
  name: string;
  n: number;
  cells: readonly Cell[];
}

export interface Matrix {
  /** What people said that it was: the classes in the order of the lines, then what is summed up. */
  said: readonly string[];
  lines: readonly Line[];
  /** How many of `said` are classes. */
  classes: number;
}

function cell(count: number, of: Row, tone: Cell["tone"]): Cell {
  return { count, share: of.n === 0 ? 0 : count / of.n, tone };
}

/** How dark a cell is, 0 to 1: the root of its share, so that what is rare is seen too. */
export function shade({ share }: Cell): number {
  return Math.sqrt(share);
}

/** The table with its words; where all classes are listed it has no column for others. */
export function matrix({ classes, rows }: Confusion, t: TFunction): Matrix {
  const others = rows.some((row) => row.class_name === null || row.said_other > 0);
  return {
    said: [...classes.map(readable), ...(others ? [t("monitoring.other_class")] : []), t("monitoring.unnamed")],
    classes: classes.length,
    lines: rows.map((row) => ({
      name: row.class_name === null ? t("monitoring.other_classes") : readable(row.class_name),
      n: row.n,
      cells: [
        ...row.said.map((count, at) => cell(count, row, classes[at] === row.class_name ? "right" : "wrong")),
        ...(others ? [cell(row.said_other, row, row.class_name === null ? "mixed" : "wrong")] : []),
        cell(row.unnamed, row, "wrong"),
      ],
    })),
  };
}

/** The same to take away: a line for each class that was answered. */
export function columnsOf({ said, lines }: Matrix, t: TFunction): Column[] {
  return [
    { name: t("monitoring.answer"), values: lines.map((line) => line.name), unit: "x" },
    ...said.map(
      (name, at): Column => ({ name, values: lines.map((line) => line.cells[at]?.count ?? 0), unit: "count" }),
    ),
    { name: t("monitoring.n"), values: lines.map((line) => line.n), unit: "count" },
  ];
}

const DARKEST = 0.45;
const TINTS = { right: "leaf", wrong: "rust", mixed: "ink-soft" } as const;

/** The same as a picture: Plotly's small build draws no heat map, so each cell is a rectangle with its number. */
export function figureOf({ said, lines }: Matrix, t: TFunction, pens: Pens): Figure {
  const { colours } = pens;
  const cells = lines.flatMap((line, y) => line.cells.map((one, x) => ({ ...one, x, y })));
  const axis = { showgrid: false, zeroline: false, fixedrange: true, automargin: true, linecolor: colours.line };
  const ticks = (names: readonly string[]) => ({
    tickvals: names.map((_, at) => at),
    ticktext: names.map(plain),
  });
  return {
    data: [
      { type: "scatter", mode: "markers", x: cells.map((one) => one.x), y: cells.map((one) => one.y), opacity: 0 },
    ],
    layout: {
      plot_bgcolor: colours.surface,
      font: { color: colours.ink, family: colours.font, size: 14 },
      showlegend: false,
      shapes: cells.map((one) => ({
        type: "rect",
        layer: "below",
        x0: one.x - 0.5,
        x1: one.x + 0.5,
        y0: one.y - 0.5,
        y1: one.y + 0.5,
        line: { width: 1, color: colours.line },
        fillcolor: colours[TINTS[one.tone]],
        opacity: shade(one) * DARKEST,
      })),
      annotations: cells.map((one) => ({ x: one.x, y: one.y, text: pens.value(one.count, "count"), showarrow: false })),
      xaxis: {
        ...axis,
        ...ticks(said.map(short)),
        range: [-0.5, said.length - 0.5],
        title: { text: t("monitoring.said") },
      },
      yaxis: {
        ...axis,
        ...ticks(lines.map((line) => `${short(line.name)} (${pens.value(line.n, "count")})`)),
        range: [lines.length - 0.5, -0.5],
        title: { text: t("monitoring.answer") },
      },
    },
  };
}
