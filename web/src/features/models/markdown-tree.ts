/** As much of Markdown as model cards use, read into a tree. What it does not know stays text; no HTML ever comes of it. */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong"; inner: Inline[] }
  | { kind: "em"; inner: Inline[] }
  | { kind: "link"; url: string; inner: Inline[] };

export type Block =
  | { kind: "heading"; level: number; inner: Inline[] }
  | { kind: "paragraph"; inner: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] };

const INLINE = /`([^`]+)`|\*\*(.+?)\*\*|\*([^*\s][^*]*?)\*|\[([^\]]+)\]\(([^)\s]+)\)/;
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const RULE = /^\s*\|?\s*:?-{3,}/;
const SAFE = /^https?:\/\//i;

export function inline(text: string): Inline[] {
  const found = INLINE.exec(text);
  if (found === null) return text === "" ? [] : [{ kind: "text", text }];
  const [all, code, strong, em, label, url] = found;
  const before = inline(text.slice(0, found.index));
  const after = inline(text.slice(found.index + all.length));
  return [...before, part(all, code, strong, em, label, url), ...after];
}

function part(all: string, code?: string, strong?: string, em?: string, label?: string, url?: string): Inline {
  if (code !== undefined) return { kind: "code", text: code };
  if (strong !== undefined) return { kind: "strong", inner: inline(strong) };
  if (em !== undefined) return { kind: "em", inner: inline(em) };
  if (label !== undefined && url !== undefined && SAFE.test(url)) return { kind: "link", url, inner: inline(label) };
  return { kind: "text", text: all };
}

function cells(line: string): Inline[][] {
  const inside = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => inline(cell.trim().replaceAll("\\|", "|")));
}

/** How many lines from `start` on belong together, as `belongs` says. */
function run(lines: readonly string[], start: number, belongs: (line: string) => boolean): number {
  let end = start;
  while (end < lines.length && belongs(lines[end] ?? "")) end += 1;
  return end;
}

function begins(line: string): boolean {
  return (
    line.trim() === "" || /^#{1,6}\s/.test(line) || line.startsWith("```") || ITEM.test(line) || line.startsWith("|")
  );
}

/** The block that begins at `start`, and where the next may begin. */
function block(lines: readonly string[], start: number): [Block, number] {
  const line = lines[start] ?? "";
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading !== null) {
    return [{ kind: "heading", level: heading[1]?.length ?? 1, inner: inline(heading[2] ?? "") }, start + 1];
  }
  if (line.startsWith("```")) {
    const end = run(lines, start + 1, (one) => !one.startsWith("```"));
    return [{ kind: "code", text: lines.slice(start + 1, end).join("\n") }, end + 1];
  }
  if (line.startsWith("|") && RULE.test(lines[start + 1] ?? "")) {
    const end = run(lines, start + 2, (one) => one.startsWith("|"));
    return [{ kind: "table", head: cells(line), rows: lines.slice(start + 2, end).map(cells) }, end];
  }
  const item = ITEM.exec(line);
  if (item !== null) {
    const end = run(lines, start, (one) => ITEM.test(one));
    const items = lines.slice(start, end).map((one) => inline(ITEM.exec(one)?.[2] ?? one));
    return [{ kind: "list", ordered: item[1] !== undefined, items }, end];
  }
  const end = Math.max(
    start + 1,
    run(lines, start + 1, (one) => !begins(one)),
  );
  return [{ kind: "paragraph", inner: inline(lines.slice(start, end).join(" ")) }, end];
}

export function parse(markdown: string): Block[] {
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  const found: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    if ((lines[at] ?? "").trim() === "") {
      at += 1;
      continue;
    }
    const [next, after] = block(lines, at);
    found.push(next);
    at = after;
  }
  return found;
}
