// Writes the pages of docs/ and the files of the runner that are generated from the sources. Needs a build.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { OPERATOR_NAME, OPERATOR_NAMESPACE } from "../lib/src/api/index.js";
import { renderConfigDocs } from "../lib/src/api/render-config-docs.js";
import { renderApiDocs } from "../lib/src/api/render-docs.js";
import { renderRbacDocs } from "../lib/src/api/render-rbac-docs.js";
import { metricsPage, runbookPages } from "../lib/src/observability/index.js";
import { recoveryTables, troubleshootingPage } from "../lib/src/recovery/index.js";
import { checksPage, feedbackDocument, reportSchema } from "../lib/src/validation/index.js";

const runbooks = runbookPages({ namespace: OPERATOR_NAMESPACE, job: OPERATOR_NAME });
const pages = {
  "docs/api.md": renderApiDocs(),
  "docs/configuration.md": renderConfigDocs(),
  "docs/rbac.md": renderRbacDocs(),
  "docs/metrics.md": metricsPage(),
  "docs/checks.md": checksPage(),
  "docs/troubleshooting.md": troubleshootingPage(),
  "docs/report.schema.json": reportSchema(),
  "runner/nbv_runner/feedback.json": feedbackDocument(),
  ...Object.fromEntries(runbooks.map(({ file, text }) => [`docs/runbooks/${file}`, text])),
};
mkdirSync(new URL("../docs/runbooks/", import.meta.url), { recursive: true });
for (const [file, text] of Object.entries(pages)) writeFileSync(new URL(`../${file}`, import.meta.url), text);

// Pages that people write, with tables that are generated: between `<!-- table: NAME -->` and `<!-- end -->`.
const page = new URL("../docs/recovery.md", import.meta.url);
const tables = recoveryTables();
const text = readFileSync(page, "utf8").replace(/(<!-- table: (\w+) -->\n)[^]*?(?=<!-- end -->)/g, (_, head, name) => {
  if (tables[name] === undefined) throw new Error(`docs/recovery.md asks for an unknown table ${name}`);
  return `${head}\n${tables[name]}\n\n`;
});
writeFileSync(page, text);
