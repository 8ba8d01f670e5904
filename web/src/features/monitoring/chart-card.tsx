import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { fileName, save } from "@/lib/save";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Table } from "@/ui/layout";
import { type Chart, columns, csv, isEmpty } from "./chart";
import styles from "./chart-card.module.css";
import { figure } from "./draw";
import { Plot } from "./plot";
import { loadPlotly } from "./plotly";
import { usePens } from "./use-pens";

interface ChartCardProps {
  title: string;
  /** What it means, in a sentence. */
  about?: ReactNode;
  chart: Chart;
}

const PNG = { format: "png", width: 1200, height: 675, scale: 2 } as const;

/** The picture in a `data:` URL; the page's policy lets no `fetch` read one. */
function bytesOf(url: string): Blob {
  const text = atob(url.slice(url.indexOf(",") + 1));
  return new Blob([Uint8Array.from(text, (sign) => sign.charCodeAt(0))], { type: "image/png" });
}

/** A chart, the same as a table, and both to take away. */
export function ChartCard({ title, about, chart }: ChartCardProps) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const pens = usePens();
  const table = columns(chart, { low: t("monitoring.low"), high: t("monitoring.high"), n: t("monitoring.n") });
  const empty = isEmpty(chart);

  function saveTable() {
    save(fileName(title, "csv"), new Blob(["\ufeff", csv(table)], { type: "text/csv" }));
  }

  async function savePicture() {
    const plotly = await loadPlotly();
    const drawn = figure(chart, pens);
    const layout = {
      ...drawn.layout,
      autosize: false,
      paper_bgcolor: pens.colours.surface,
      title: { text: title, x: 0.02, xanchor: "left" },
      margin: { l: 70, r: 30, t: 110, b: 60 },
    };
    save(fileName(title, "png"), bytesOf(await plotly.toImage({ data: drawn.data, layout }, PNG)));
  }

  return (
    <figure className={styles.card} aria-label={title}>
      <figcaption className={styles.caption}>
        <h3>{title}</h3>
        {about !== undefined && <div className={styles.about}>{about}</div>}
      </figcaption>
      {empty && <p className={styles.empty}>{t("monitoring.empty")}</p>}
      {!empty && !asTable && <Plot title={title} chart={chart} pens={pens} />}
      {!empty && asTable && <ChartTable title={title} chart={chart} />}
      {!empty && (
        <div className={styles.actions}>
          <Button tone="plain" onPress={() => setAsTable(!asTable)} aria-label={t("monitoring.table_of", { title })}>
            <Icon name={asTable ? "plot" : "stack"} />
            {asTable ? t("monitoring.chart") : t("monitoring.table")}
          </Button>
          <Button tone="plain" onPress={saveTable} aria-label={t("monitoring.csv_of", { title })}>
            <Icon name="download" />
            {t("monitoring.csv")}
          </Button>
          <Button tone="plain" onPress={() => void savePicture()} aria-label={t("monitoring.png_of", { title })}>
            <Icon name="image" />
            {t("monitoring.png")}
          </Button>
        </div>
      )}
    </figure>
  );
}

function ChartTable({ title, chart }: { title: string; chart: Chart }) {
  const { t } = useTranslation();
  const pens = usePens();
  const table = columns(chart, { low: t("monitoring.low"), high: t("monitoring.high"), n: t("monitoring.n") });
  const said = (value: string | number | null, unit: (typeof table)[number]["unit"]) => {
    if (value === null) return "–";
    if (unit === "x") return pens.x(value, chart.xKind);
    return typeof value === "number" ? pens.value(value, unit) : value;
  };
  return (
    <div className={styles.table}>
      <Table label={title}>
        <thead>
          <tr>
            {table.map((column) => (
              <th key={column.name} scope="col">
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chart.x.map((x, row) => (
            <tr key={x}>
              {table.map((column) => (
                <td key={column.name}>{said(column.values[row] ?? null, column.unit)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
