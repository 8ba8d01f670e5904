// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const MAX_LINES = 250;
const files = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.parentPath.includes("generated"))
  .map((entry) => join(entry.parentPath, entry.name));
const text = (path: string) => readFileSync(path, "utf8");

function keys(tree: object, before = ""): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === "string" ? [before + name] : keys(value as object, `${before}${name}.`),
  );
}

describe("the house", () => {
  it("has no file that is too long", () => {
    const code = files.filter((path) => /\.(tsx?|css)$/.test(path));
    expect(code.filter((path) => text(path).split("\n").length - 1 > MAX_LINES)).toEqual([]);
  });

  it("names colours and pixels in tokens.css alone", () => {
    const raw = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|\b\d+px\b/i;
    const styles = files.filter((path) => path.endsWith(".css") && !path.endsWith("tokens.css"));
    const guilty = styles.flatMap((path) =>
      text(path)
        .split("\n")
        .filter((line) => raw.test(line) && !line.includes("@media"))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(guilty).toEqual([]);
  });

  it("says the same things in every language", () => {
    const catalogues = files.filter((path) => /i18n\/\w+\.json$/.test(path));
    expect(catalogues.length).toBeGreaterThan(1);
    const known = catalogues.map((path) => keys(JSON.parse(text(path)) as object).sort());
    const ours = known.map((all) => all.filter((key) => !key.startsWith("problem.")));
    for (const one of ours) expect(one).toEqual(ours[0]);
  });

  it("has the server's words for what went wrong in English, and each other language's own", () => {
    for (const path of files.filter((one) => /i18n\/\w+\.json$/.test(one))) {
      const { problem } = JSON.parse(text(path)) as { problem?: Record<string, string> };
      if (path.endsWith("en.json")) expect(problem).toBeUndefined();
      else expect(problem).toHaveProperty("unreadable_image");
    }
  });

  it("leaves no text empty", () => {
    for (const path of files.filter((one) => /i18n\/\w+\.json$/.test(one))) expect(text(path)).not.toMatch(/:\s*""/);
  });
});
