// The first load: index.html, its scripts and what those import at once, gzipped. Fails above the budget.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 180_000;
const html = readFileSync("dist/index.html", "utf8");
const wanted = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((found) => found[1]);
const seen = new Set();

function add(url) {
  if (seen.has(url)) return;
  seen.add(url);
  const text = readFileSync(join("dist", url), "utf8");
  for (const found of text.matchAll(/(?:^|[;}\s])(?:import|export)[^;"'()]*?(?:from)?["'](\.\/[^"']+\.js)["']/g))
    add(`/assets/${found[1].slice(2)}`);
}

wanted.forEach(add);
const sizes = [...seen].map((url) => [gzipSync(readFileSync(join("dist", url)), { level: 9 }).length, url]);
const total = sizes.reduce((sum, [bytes]) => sum + bytes, 0);
for (const [bytes, url] of sizes.sort((a, b) => b[0] - a[0])) console.log(String(bytes).padStart(8), url);
console.log(String(total).padStart(8), `of ${BUDGET_BYTES} bytes of JavaScript at first load`);
if (total > BUDGET_BYTES) process.exit(1);
