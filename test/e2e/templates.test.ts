import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { buildNbv, nbvRun } from "./nbv.js";
import { type Report, Workshop } from "./workshop.js";

jest.setTimeout(90_000);

const workshop = new Workshop();
const templates = join(import.meta.dirname, "../../examples/templates");
const jobs = readdirSync(join(templates, "jobs")).filter((name) => name.endsWith(".yaml"));

beforeAll(() => buildNbv(), 180_000);
afterAll(() => workshop.close());

test("there is a template for loading, training, inference and the quality gate", () => {
  expect(jobs.sort()).toEqual(["data-loading.yaml", "inference.yaml", "quality-gate.yaml", "training.yaml"]);
});

test.each(jobs)("%s passes level production without a warning, and proves all that it asks for", async (name) => {
  const args = [join(templates, "jobs", name), "--repo", templates, "--output", "json"];
  const { code, stdout, stderr } = await nbvRun(args, { cwd: workshop.directory("run-") });
  const [job] = (JSON.parse(stdout || '{"jobs":[]}') as Report).jobs;
  const said = job?.status.validationChecks?.map(({ type, status, message }) => `${status} ${type}: ${message}`);
  expect({ code, verdict: job?.verdict, said, stderr }).toMatchObject({ code: 0, verdict: "Passed" });
  const passed = job?.status.validationChecks?.map(({ type }) => type);
  expect(passed).toEqual(expect.arrayContaining(["ExitCode", "OutputVerification", "ExpectedFile", "Assertions"]));
});

test.each([
  ["data-loading", "data/rentals.csv", (text: string) => text.replace(/,market,/g, ",Market,")],
  ["training", "data/rentals.csv", (text: string) => text.replace(/,[0-9]+$/gm, ",50")],
  ["inference", "models/rentals.json", (text: string) => text.replace('"rain_mm"', '"rain"')],
  ["quality-gate", "data/checked-predictions.csv", (text: string) => text.replace(/,([0-9.]+),([0-9]+)$/gm, ",9$1,$2")],
])("%s fails when %s is not what it was", async (name, file, spoil) => {
  const spoilt = workshop.directory("spoilt-");
  cpSync(templates, spoilt, { recursive: true });
  writeFileSync(join(spoilt, file), spoil(readFileSync(join(spoilt, file), "utf8")));
  const args = [join(templates, "jobs", `${name}.yaml`), "--repo", spoilt, "--output", "json"];
  const { code, stdout } = await nbvRun(args, { cwd: workshop.directory("run-") });
  const [job] = (JSON.parse(stdout) as Report).jobs;
  expect({ code, verdict: job?.verdict, reason: job?.status.reason }).toEqual({
    code: 1,
    verdict: "Failed",
    reason: "NotebookError",
  });
  expect(job?.status.message).toMatch(/AssertionError|ValueError/);
});
