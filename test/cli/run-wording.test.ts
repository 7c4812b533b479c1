import { describe, expect, test } from "@jest/globals";
import type { NotebookValidationJob } from "../../src/api/index.js";
import { unjudgedWithout } from "../../src/cli/run-wording.js";
import { aJob } from "../local/a-job.js";

const failed = (reason: string): NotebookValidationJob => ({
  ...aJob({}),
  status: { phase: "Failed", verdict: "Failed", reason, fault: "user", message: "Cell 0 raised ModuleNotFoundError" },
});

describe("a notebook that lacks a module on this computer", () => {
  test("is not judged where a Dockerfile would have installed more than there is here", () => {
    const { status } = unjudgedWithout("docker/Dockerfile", failed("ModuleMissing"));
    expect(status).toMatchObject({ verdict: "Error", reason: "ModuleMissing" });
    expect(status).not.toHaveProperty("fault");
    expect(status?.message).toMatch(/docker\/Dockerfile installs is missing.*--python.*Cell 0 raised/);
  });

  test("has failed where no Dockerfile could bring it", () => {
    expect(unjudgedWithout(undefined, failed("ModuleMissing")).status).toMatchObject({ verdict: "Failed" });
  });

  test("and any other mistake of a notebook remains its own", () => {
    expect(unjudgedWithout("Dockerfile", failed("NotebookError")).status).toMatchObject({
      verdict: "Failed",
      fault: "user",
    });
  });
});
