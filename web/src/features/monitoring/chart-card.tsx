import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Table } from "@/ui/layout";
import { type Chart, columns, isEmpty } from "./chart";
import styles from "./chart-card.module.css";
import { ChartFrame } from "./chart-frame";
import { figure } from "./draw";
import { Plot } from "./plot";
import { savePicture, saveTable } from "./take-away";
import { usePens } from "./use-pens";

interface ChartCardProps {
  title: string;
  /** What it means, in a sentence. */
  about?: ReactNode;
  chart: Chart;
}

/** A chart, the same as a table, and both to take away. */
export function ChartCard({ title, about, chart }: ChartCardProps) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const pens = usePens();
  const table = columns(chart, { low: t("monitoring.low"), high: t("monitoring.high"), n: t("monitoring.n") });

  return (
    <ChartFrame
      title={title}
      about={about}
      empty={isEmpty(chart) ? t("monitoring.empty") : null}
      onTable={() => saveTable(title, table)}
      onPicture={() => void savePicture(title, figure(chart, pens), pens)}
      actions={
        <Button tone="plain" onPress={() => setAsTable(!asTable)} aria-label={t("monitoring.table_of", { title })}>
          <Icon name={asTable ? "plot" : "stack"} />
          {asTable ? t("monitoring.chart") : t("monitoring.table")}
        </Button>
      }
    >
      {asTable ? <ChartTable title={title} chart={chart} /> : <Plot title={title} chart={chart} pens={pens} />}
    </ChartFrame>
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
