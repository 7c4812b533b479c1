import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { fetcherTrustIn } from "../../src/api/index.js";
import { expandVariables } from "../../src/local/expand-variables.js";
import { handoverVariables, type RunnerConfig, runnerConfigIn } from "../../src/validation/index.js";

const config = (parameters: Record<string, unknown>): RunnerConfig => ({
  version: "nbv.config.v1",
  attempt: { job: "train", namespace: "team-a", runId: "r", number: 1 },
  commit: "c0ffee",
  notebook: { path: "train.ipynb", parameters },
  timeouts: { notebookSeconds: 1, kernelStartSeconds: 1 },
  level: "development",
  policy: {},
  storeOutputs: true,
  secretEnv: [],
  expectedOutputs: [],
  expectedFiles: [],
  expectedLogs: [],
});

/** What a kubelet makes of the variables: values may refer to those before them. */
function environmentOf(variables: readonly { name: string; value: string }[]): Record<string, string> {
  const known = new Map<string, string>([["HOME", "/tmp"]]);
  for (const { name, value } of variables) known.set(name, expandVariables(value, known));
  return Object.fromEntries(known);
}

test("what goes in comes out, whatever the kubelet expands", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("$(HOME)", "$$", "$$(HOME)", "a\0b", "\ud800"));
  fc.assert(
    fc.property(fc.dictionary(text, text), text, (parameters, hosts) => {
      const environment = environmentOf(handoverVariables(config(parameters), { knownHosts: hosts, caBundle: hosts }));
      const back = JSON.parse(runnerConfigIn(environment) ?? "") as RunnerConfig;
      expect(back).toEqual(JSON.parse(JSON.stringify(config(parameters))));
      const trusted = hosts === "" ? undefined : hosts;
      expect(fetcherTrustIn(environment)).toEqual({ knownHosts: trusted, caBundle: trusted });
      expect(JSON.stringify(environment)).not.toContain("$");
    }),
  );
});

test("a long configuration goes on in further variables, each short enough for Linux, cut between characters", () => {
  const long = `${"ä€😀$".repeat(40_000)}`;
  const variables = handoverVariables(config({ long }));
  expect(variables.map(({ name }) => name).slice(0, 3)).toEqual([
    "NBV_RUNNER_CONFIG",
    "NBV_RUNNER_CONFIG_2",
    "NBV_RUNNER_CONFIG_3",
  ]);
  for (const { name, value } of variables) {
    expect(Buffer.byteLength(`${name}=${value}`)).toBeLessThan(128 * 1024);
    expect(value).not.toContain("\ufffd");
  }
  const back = JSON.parse(runnerConfigIn(environmentOf(variables)) ?? "") as RunnerConfig;
  expect(back.notebook.parameters).toEqual({ long });
});

test("without variables there is nothing; known hosts that are no text are refused", () => {
  expect(runnerConfigIn({})).toBeUndefined();
  expect(fetcherTrustIn({})).toEqual({});
  expect(() => fetcherTrustIn({ NBV_KNOWN_HOSTS: "{" })).toThrow(SyntaxError);
  expect(() => fetcherTrustIn({ NBV_KNOWN_HOSTS: "1" })).toThrow(TypeError);
});
