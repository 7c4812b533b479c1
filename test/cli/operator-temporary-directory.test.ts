import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { bundledNbv, type Nbv } from "./nbv.js";

let nbv: Nbv;
beforeAll(() => {
  nbv = bundledNbv();
}, 60_000);
afterAll(() => nbv?.remove());

test("nbv operator without a temporary directory says so at its start", () => {
  const { status, stderr } = nbv.run(["operator"], { env: { TMPDIR: "/no/such/directory" } });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^error: the temporary directory \/no\/such\/directory can't be written to \(ENOENT\)/m);
  expect(stderr).toContain("TMPDIR");
  expect(stderr).not.toMatch(/^\s+at .*\.(?:js|mjs|ts):/m);
});
