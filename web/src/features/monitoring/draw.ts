import type { Layout, Trace } from "plotly.js-basic-dist-min";
import type { Chart, Series, Tint } from "./chart";
import type { Colours } from "./colours";

export interface Pens {
  colours: Colours;
  value: (value: number, unit: Chart["unit"]) => string;
  x: (value: string | number, kind: Chart["xKind"]) => string;
  /** Short, for an axis that spans so many hours. */
  tick: (value: string | number, kind: Chart["xKind"], hours: number) => string;
  /** Decimal and thousands signs, as Plotly wants them. */
  separators: string;
}

export interface Figure {
  data: Trace[];
  layout: Layout;
}

const TICKS = 4;
const HOUR_MS = 3_600_000;
const LONGEST = 26;
const POINT = { least: 7, most: 22 };

/** Names come from packs, and Plotly reads some HTML in texts. */
export function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

export function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function hover(chart: Chart, one: Series, pens: Pens): string[] {
  return chart.x.map((x, index) => {
    const value = one.values[index];
    const low = one.low?.[index];
    const high = one.high?.[index];
    const range =
      low === null || low === undefined || high === null || high === undefined
        ? ""
        : ` (${pens.value(low, chart.unit)}–${pens.value(high, chart.unit)})`;
    const said = value === null || value === undefined ? "–" : pens.value(value, chart.unit);
    return `<b>${plain(one.name)}</b><br>${plain(pens.x(x, chart.xKind))}: ${said}${range}`;
  });
}

function sizes(one: Series): number | number[] {
  const most = Math.max(1, ...(one.n ?? []).map((n) => n ?? 0));
  if (one.n === undefined) return POINT.least;
  return one.n.map((n) => POINT.least + (POINT.most - POINT.least) * Math.sqrt((n ?? 0) / most));
}

function errors(one: Series, colour: string): Record<string, unknown> {
  const ends = (other: readonly (number | null)[] | undefined) =>
    one.values.map((value, index) => Math.abs((other?.[index] ?? value ?? 0) - (value ?? 0)));
  return { type: "data", array: ends(one.high), arrayminus: ends(one.low), color: colour, thickness: 1.5, width: 3 };
}

function trace(chart: Chart, one: Series, pens: Pens): Trace {
  const colour = pens.colours[one.tint];
  const [along, up] = chart.lying ? ["y", "x"] : ["x", "y"];
  const base: Trace = {
    name: plain(one.name),
    [along as string]: [...chart.x],
    [up as string]: [...one.values],
    hovertext: hover(chart, one, pens),
    hoverinfo: "text",
    marker: { color: colour, size: sizes(one), opacity: one.as === "points" ? 0.85 : 1 },
    ...(one.low && one.high ? { [`error_${up}`]: errors(one, colour) } : {}),
  };
  if (one.as === "bar") return { ...base, type: "bar", orientation: chart.lying ? "h" : "v" };
  if (one.as === "points") return { ...base, type: "scatter", mode: "markers" };
  const alone = one.values.filter((value) => value !== null).length < 2;
  const line = { color: colour, width: 2.5, dash: one.dashed ? "dot" : "solid" };
  return { ...base, type: "scatter", mode: alone ? "markers" : "lines", line, connectgaps: true };
}

function moment(x: string | number | undefined): number {
  return new Date(x ?? 0).getTime();
}

/** A few of the names along the axis, written as the person reads dates. */
function names(chart: Chart, pens: Pens): Layout {
  const step = chart.lying ? 1 : Math.max(1, Math.ceil(chart.x.length / TICKS));
  const shown = chart.x.filter((_, index) => index % step === 0);
  const hours = chart.xKind === "moment" ? (moment(chart.x.at(-1)) - moment(chart.x[0])) / HOUR_MS : 0;
  return {
    type: "category",
    tickvals: [...shown],
    ticktext: shown.map((x) => plain(short(pens.tick(x, chart.xKind, hours)))),
    ...(chart.lying ? { autorange: "reversed" } : {}),
  };
}

function values(chart: Chart): Layout {
  if (chart.unit === "share") return { tickformat: ".0%", range: [0, 1.08], dtick: chart.lying ? 0.5 : 0.25 };
  const whole = chart.unit === "count" ? { tickformat: ",d" } : {};
  return { rangemode: "tozero", ...whole, ...(chart.unit === "ms" ? { ticksuffix: " ms" } : {}) };
}

function axis(tints: Record<Tint | "line" | "ink", string>): Layout {
  return {
    automargin: true,
    fixedrange: true,
    gridcolor: tints.line,
    linecolor: tints.line,
    zerolinecolor: tints.line,
    tickangle: 0,
    nticks: TICKS,
  };
}

/** What Plotly draws for a chart: no title, since the page has it; nothing to drag, so that a finger scrolls the page. */
export function figure(chart: Chart, pens: Pens): Figure {
  const { colours } = pens;
  const along = chart.xKind === "number" ? {} : names(chart, pens);
  const up = values(chart);
  const frame = axis(colours);
  return {
    data: chart.series.map((one) => trace(chart, one, pens)),
    layout: {
      autosize: true,
      margin: { l: 44, r: 12, t: 8, b: 36 },
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: colours.ink, family: colours.font, size: 13 },
      separators: pens.separators,
      barmode: chart.stacked ? "stack" : "group",
      bargap: chart.xKind === "number" ? 0.05 : 0.3,
      dragmode: false,
      hovermode: "closest",
      hoverlabel: { bgcolor: colours.surface, bordercolor: colours.line, font: { color: colours.ink }, align: "left" },
      showlegend: chart.series.length > 1,
      legend: {
        orientation: "h",
        x: 0,
        y: 1,
        xanchor: "left",
        yanchor: "bottom",
        itemclick: false,
        itemdoubleclick: false,
      },
      xaxis: { ...frame, ...(chart.lying ? up : along) },
      yaxis: { ...frame, ...(chart.lying ? along : up) },
    },
  };
}
