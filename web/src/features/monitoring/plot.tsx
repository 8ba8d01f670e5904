import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Chart } from "./chart";
import styles from "./chart-card.module.css";
import { figure, type Pens } from "./draw";
import { loadPlotly, plotlyIfHere } from "./plotly";

const CONFIG = { displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false };
const TALL_REM = 17;
const BAR_REM = 1.9;

interface PlotProps {
  title: string;
  chart: Chart;
  pens: Pens;
}

/** Plotly comes with the first chart that is shown. A screen reader is told of the table, which says the same. */
export function Plot({ title, chart, pens }: PlotProps) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let over = false;
    void loadPlotly().then((plotly) => {
      const { data, layout } = figure(chart, pens);
      if (!over) void plotly.react(element, data, layout, CONFIG);
    });
    return () => {
      over = true;
    };
  }, [chart, pens]);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const watcher = new ResizeObserver(() => {
      if (element.querySelector(".main-svg") !== null) plotlyIfHere()?.Plots.resize(element);
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      plotlyIfHere()?.purge(element);
    };
  }, []);
  const height = chart.lying ? Math.max(9, 5 + chart.x.length * BAR_REM) : TALL_REM;
  return (
    <div
      ref={place}
      className={styles.plot}
      style={{ height: `${height}rem` }}
      role="img"
      aria-label={t("monitoring.see_table", { title })}
    />
  );
}
