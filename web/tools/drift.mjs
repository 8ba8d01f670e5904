// The client's types are made from the API's document; a check fails where they are not those of the document kept here.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "cultivar-api-"));
const made = join(folder, "api.d.ts");
try {
  execFileSync(
    "node_modules/.bin/openapi-typescript",
    ["src/generated/openapi.json", "--output", made, "--alphabetize"],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  if (readFileSync(made, "utf8") !== readFileSync("src/generated/api.d.ts", "utf8")) {
    console.error("src/generated/api.d.ts is not what src/generated/openapi.json says: run `npm run generate`.");
    process.exit(1);
  }
} finally {
  rmSync(folder, { recursive: true });
}
