import type { Colours } from "./colours";
import type { Pens } from "./draw";

/** Pens that write and colour so that a test can read it. */
export const PENS: Pens = {
  colours: { leaf: "green", sky: "blue", sun: "gold", rust: "red", "ink-soft": "grey", ink: "black" } as Colours,
  value: (value) => value.toFixed(2),
  x: (value) => `<${value}>`,
  tick: (value) => String(value),
  separators: ".,",
};
