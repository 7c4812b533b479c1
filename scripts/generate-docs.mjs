// Writes the pages of docs/ that are generated from the sources. Needs a build.
import { writeFileSync } from "node:fs";
import { renderApiDocs } from "../lib/src/api/render-docs.js";

const pages = { "docs/api.md": renderApiDocs() };
for (const [file, text] of Object.entries(pages)) writeFileSync(new URL(`../${file}`, import.meta.url), text);
