import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { Chart, Testing } from "cdk8s";
import { ValidatedNotebook } from "../../src/constructs/index.js";
import { documents } from "../charts/synthesized.js";
import { objectsOf } from "./synthesize.js";

test("examples/workbench/notebook.yaml is what the construct writes", () => {
  const chart = new Chart(Testing.app(), "workbench", { namespace: "fraud" });
  new ValidatedNotebook(chart, "Explore", {
    metadata: { name: "explore" },
    image:
      "registry.example.com/fraud/models/train@sha256:5f1c0a2b7d3e9f4c6b8a1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e1f2a",
    platform: "openshift-ai",
    home: { claimName: "explore-home" },
  });
  const [example] = documents(readFileSync("examples/workbench/notebook.yaml", "utf8"));
  expect(example).toEqual(objectsOf(chart)[0]);
});
