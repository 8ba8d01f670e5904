import { createElement, Fragment, type ReactNode } from "react";
import { Table } from "@/ui/layout";
import { type Block, type Inline, parse } from "./markdown-tree";
import styles from "./models.module.css";

interface MarkdownProps {
  text: string;
  /** Names the tables for who does not see them. */
  label: string;
  /** What its first heading becomes. */
  top: 2 | 3;
}

/** A text of somebody else as elements of ours. */
export function Markdown({ text, label, top }: MarkdownProps) {
  return <div className={styles.markdown}>{list(parse(text), (block) => drawn(block, label, top))}</div>;
}

/** A text does not change while it is shown, so that its places do for keys. */
function list<T>(items: readonly T[], draw: (item: T) => ReactNode): ReactNode[] {
  return items.map((item, place) => createElement(Fragment, { key: place }, draw(item)));
}

function words(inner: readonly Inline[]): ReactNode {
  return list(inner, (one) => {
    if (one.kind === "text") return one.text;
    if (one.kind === "code") return <code>{one.text}</code>;
    if (one.kind === "strong") return <strong>{words(one.inner)}</strong>;
    if (one.kind === "em") return <em>{words(one.inner)}</em>;
    return (
      <a href={one.url} rel="noreferrer noopener" target="_blank">
        {words(one.inner)}
      </a>
    );
  });
}

function drawn(block: Block, label: string, top: number): ReactNode {
  if (block.kind === "heading") {
    return createElement(`h${Math.min(6, top + block.level - 1)}`, null, words(block.inner));
  }
  if (block.kind === "paragraph") return <p>{words(block.inner)}</p>;
  if (block.kind === "code") return <pre>{block.text}</pre>;
  if (block.kind === "list") {
    return createElement(
      block.ordered ? "ol" : "ul",
      null,
      list(block.items, (item) => <li>{words(item)}</li>),
    );
  }
  return (
    <Table label={label}>
      <thead>
        <tr>
          {list(block.head, (cell) => (
            <th scope="col">{words(cell)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {list(block.rows, (row) => (
          <tr>
            {list(row, (cell) => (
              <td>{words(cell)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
