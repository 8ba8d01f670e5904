import { describe, expect, it } from "vitest";
import { inline, parse } from "./markdown-tree";

describe("a card", () => {
  it("has headings, paragraphs, lists, tables and code", () => {
    const card =
      "# Name 1.0\n\nOne line\nand the next.\n\n- a\n- `b`\n\n| x | y |\n|---|---|\n| 1 | 2\\|3 |\n\n```\n<b>\n```\n";
    expect(parse(card)).toEqual([
      { kind: "heading", level: 1, inner: [{ kind: "text", text: "Name 1.0" }] },
      { kind: "paragraph", inner: [{ kind: "text", text: "One line and the next." }] },
      { kind: "list", ordered: false, items: [[{ kind: "text", text: "a" }], [{ kind: "code", text: "b" }]] },
      {
        kind: "table",
        head: [[{ kind: "text", text: "x" }], [{ kind: "text", text: "y" }]],
        rows: [[[{ kind: "text", text: "1" }], [{ kind: "text", text: "2|3" }]]],
      },
      { kind: "code", text: "<b>" },
    ]);
  });

  it("links to the web alone", () => {
    expect(inline("[a](https://example.org)")[0]).toMatchObject({ kind: "link", url: "https://example.org" });
    expect(inline("[a](javascript:alert(1))").map((one) => one.kind)).not.toContain("link");
  });

  it("keeps HTML as text", () => {
    expect(parse("<img src=x onerror=alert(1)>")).toEqual([
      { kind: "paragraph", inner: [{ kind: "text", text: "<img src=x onerror=alert(1)>" }] },
    ]);
  });

  it("comes to an end whatever it is given", () => {
    for (const odd of ["|", "| a\nb", "```", "#", "- ", "**", "| a |\n|---|", "[](", "\r\n\r\n"]) {
      expect(Array.isArray(parse(odd))).toBe(true);
    }
  });
});
