// Writes what the runner's own RE2 must agree on with the one of admission: Unicode's classes and case foldings, and what
// patterns do with texts. Run it after an update of re2js; test/validation/re2-agreement.test.ts says when it is due.
import { readFileSync, writeFileSync } from "node:fs";
import { foundBy, re2Tables } from "./re2-tables.mjs";

const tables = new URL("../runner/nbv_runner/re2/unicode_tables.json", import.meta.url);
writeFileSync(tables, `${JSON.stringify(re2Tables()).replaceAll('","', '",\n"')}\n`);

const vectors = new URL("../runner/tests/re2_vectors.json", import.meta.url);
const cases = JSON.parse(readFileSync(vectors, "utf8"));
const lines = cases.map(({ pattern, texts }) => JSON.stringify({ pattern, texts, found: foundBy(pattern, texts) }));
writeFileSync(vectors, `[\n${lines.join(",\n")}\n]\n`);
