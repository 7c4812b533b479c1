import { expect, test } from "@jest/globals";
import { parseJob } from "../../src/api/index.js";

const job = (spec: string) =>
  parseJob(
    JSON.parse(
      `{"apiVersion":"mlops.mlops.dev/v1alpha1","kind":"NotebookValidationJob","metadata":{"name":"x"},"spec":${spec}}`,
    ),
  );
const NOTEBOOK = '"notebook":{"git":{"url":"https://g.example.com/a.git","ref":"main"},"path":"a.ipynb"}';

test.each([
  ["a whole spec", `{"__proto__":{${NOTEBOOK}}}`, "spec.__proto__"],
  ["a part of it", `{${NOTEBOOK},"podConfig":{"__proto__":{"containerImage":"a"}}}`, "spec.podConfig.__proto__"],
  ["a map", `{${NOTEBOOK},"podConfig":{"nodeSelector":{"__proto__":"x"}}}`, "spec.podConfig.nodeSelector.__proto__"],
  [
    "a parameter",
    `{${NOTEBOOK.replace('"path"', '"parameters":{"__proto__":1},"path"')}}`,
    "spec.notebook.parameters.__proto__",
  ],
])("%s can't hide behind __proto__", (_what, spec, field) => {
  const parsed = job(spec);
  expect(parsed.ok).toBe(false);
  expect(parsed).toMatchObject({ problems: [{ field, kind: "unknown-field" }] });
  expect(Object.getPrototypeOf({})).not.toHaveProperty("notebook");
});
