import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { classNames } from "@/ui/class-names";
import { Table } from "@/ui/layout";
import { ChartFrame } from "./chart-frame";
import styles from "./confusion.module.css";
import { type Cell, columnsOf, figureOf, type Line, type Matrix, matrix, shade } from "./confusion-matrix";
import { savePicture, saveTable } from "./take-away";
import { usePens } from "./use-pens";
import { useRates } from "./use-rates";

const TALL = { title: 260, line: 44 };

/** What was answered against what people say that it was. */
export function Confused({ confusion }: { confusion: Schemas["Confusion"] }) {
  const { t } = useTranslation();
  const pens = usePens();
  const shown = matrix(confusion, t);
  const title = t("monitoring.confusion");
  const height = TALL.title + TALL.line * shown.lines.length;
  return (
    <ChartFrame
      title={title}
      about={t("monitoring.confusion_about")}
      empty={shown.lines.length === 0 ? t("monitoring.no_confusion") : null}
      onTable={() => saveTable(title, columnsOf(shown, t))}
      onPicture={() => void savePicture(title, figureOf(shown, t, pens), pens, height)}
    >
      <Shaded title={title} of={shown} />
    </ChartFrame>
  );
}

/** Columns bear the number of their class, since names are long; the lines say which it is. */
function Shaded({ title, of }: { title: string; of: Matrix }) {
  const { t } = useTranslation();
  return (
    <div className={styles.matrix}>
      <Table label={title}>
        <thead>
          <tr>
            <th scope="col" className={styles.name}>
              {t("monitoring.answer")}
            </th>
            {of.said.map((name, at) => (
              <th key={name} scope="col" className={classNames(at >= of.classes && styles.word)} title={name}>
                {at < of.classes ? (
                  <>
                    <span aria-hidden="true">{at + 1}</span>
                    <span className="visually-hidden">{name}</span>
                  </>
                ) : (
                  name
                )}
              </th>
            ))}
            <th scope="col">{t("monitoring.n")}</th>
          </tr>
        </thead>
        <tbody>
          {of.lines.map((line, at) => (
            <OneLine key={line.name} of={line} number={at < of.classes ? at + 1 : null} said={of.said} />
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function OneLine({ of, number, said }: { of: Line; number: number | null; said: readonly string[] }) {
  const { t } = useTranslation();
  const { count, share } = useRates();
  const words = (cell: Cell, name: string) =>
    t("monitoring.confused", { answer: of.name, said: name, n: count(cell.count), share: share(cell.share) });
  return (
    <tr>
      <th scope="row" className={styles.name}>
        <span className={styles.label}>
          {number !== null && <span aria-hidden="true">{number}</span>}
          {of.name}
        </span>
      </th>
      {of.cells.map((cell, at) => (
        <td
          key={said[at]}
          className={classNames(styles.cell, styles[cell.tone], cell.count === 0 && styles.none)}
          style={{ "--shade": `${shade(cell) * 100}%` } as CSSProperties}
          title={of.n === 0 ? undefined : words(cell, said[at] ?? "")}
        >
          {count(cell.count)}
        </td>
      ))}
      <td className={styles.sum}>{count(of.n)}</td>
    </tr>
  );
}
