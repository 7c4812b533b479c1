// Writes the runner's Unicode classes and case foldings, as the RE2 port of admission has them: both sides must agree.
// Run it after an update of re2js; test/validation/re2-tables.test.ts says when it is due.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { re2Tables } from "./re2-tables.mjs";

const file = new URL("../runner/nbv_runner/re2/unicode_tables.json", import.meta.url);
writeFileSync(fileURLToPath(file), `${JSON.stringify(re2Tables(), null, 0).replaceAll('","', '",\n"')}\n`);
