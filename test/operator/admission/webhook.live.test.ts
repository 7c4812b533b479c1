// The webhook in front of a real API server, which calls it by URL on the loopback interface.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { pino } from "pino";
import { parse, stringify } from "yaml";
import { crd, parseOperatorConfig, WEBHOOK_CONFIGURATION_NAME, WEBHOOK_PATH } from "../../../src/api/index.js";
import { LiveCluster, loadKubeConfig } from "../../../src/kube/live/index.js";
import { SECRETS } from "../../../src/kube/resources.js";
import { type AdmissionServer, startAdmissionServer } from "../../../src/operator/admission/index.js";
import { ServingCertificate } from "../../../src/operator/certificate/index.js";
import { synthesize } from "../../charts/synthesized.js";
import {
  type ControlPlane,
  findControlPlane,
  NO_CONTROL_PLANE,
  startControlPlane,
} from "../../cluster/control-plane.js";
import { aJobObject } from "./requests.js";

const assets = findControlPlane();
if (assets === undefined) process.stderr.write(`SKIPPED ${import.meta.filename}: ${NO_CONTROL_PLANE}\n`);

const NAMESPACE = "notebook-validator-system";
const stop = new AbortController();
const calls: { operation: string; allowed: boolean; ms: number }[] = [];

let control: ControlPlane;
let cluster: LiveCluster;
let certificate: ServingCertificate;
let server: AdmissionServer;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Not synchronous: the webhook lives in this very process. */
function kubectl(args: readonly string[], input = ""): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(assets ?? "", "kubectl"), [`--kubeconfig=${control.kubeconfig}`, ...args], {
      timeout: 30_000,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, stdout, stderr }));
    child.stdin.end(input);
  });
}

const apply = (object: object, ...more: string[]) => kubectl(["apply", ...more, "--filename=-"], stringify(object));

const aJob = (name: string, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => {
  const { metadata: _, ...job } = aJobObject(spec);
  return { ...job, metadata: { name, namespace: "default", ...metadata } };
};

const bundle = async () =>
  (
    await kubectl([
      "get",
      "validatingwebhookconfiguration",
      WEBHOOK_CONFIGURATION_NAME,
      "-o",
      "jsonpath={.webhooks[0].clientConfig.caBundle}",
    ])
  ).stdout;

/** The configuration as it is shipped, but for the address. */
function webhookConfiguration(port: number): object {
  const documents = [...synthesize()].flatMap(([, text]) => text.split(/^---$/m));
  const found = documents
    .map((text) => parse(text) as { kind?: string; webhooks: { clientConfig: object }[] } | null)
    .find((object) => object?.kind === "ValidatingWebhookConfiguration");
  const [webhook] = found?.webhooks ?? [];
  return { ...found, webhooks: [{ ...webhook, clientConfig: { url: `https://localhost:${port}${WEBHOOK_PATH}` } }] };
}

async function patchConfiguration(change: object): Promise<void> {
  const target = ["validatingwebhookconfiguration", WEBHOOK_CONFIGURATION_NAME];
  const { status } = await kubectl(["patch", ...target, "--type=json", "-p", JSON.stringify([change])]);
  expect(status).toBe(0);
}

/** Calls that reach the webhook while something is done. */
async function callsDuring(work: () => Promise<void>): Promise<number> {
  const before = calls.length;
  await work();
  return calls.length - before;
}

async function eventually(what: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 20_000;
  while (!(await what())) {
    if (Date.now() > until) throw new Error("it never came true");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

jest.setTimeout(60_000);

(assets === undefined ? describe.skip : describe)("the webhook of a real API server", () => {
  beforeAll(async () => {
    control = await startControlPlane();
    expect(await kubectl(["apply", "--server-side", "--filename=-"], stringify(crd()))).toMatchObject({ status: 0 });
    await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
    await kubectl(["create", "namespace", NAMESPACE]);
    cluster = new LiveCluster(loadKubeConfig({ path: control.kubeconfig }));
    const logger = pino(
      { level: "debug" },
      { write: (line: string) => void (line.includes("judged a job") && calls.push(JSON.parse(line) as never)) },
    );
    certificate = new ServingCertificate({ cluster, logger, namespace: NAMESPACE });
    server = await startAdmissionServer({
      ...{ address: { host: "127.0.0.1", port: 0 }, certificate, logger, signal: stop.signal },
      config: parseOperatorConfig({ access: { serviceAccounts: ["default", "notebooks"] } }),
    });
    expect(await apply(webhookConfiguration(server.port), "--server-side", "--validate=strict")).toMatchObject({
      status: 0,
      stderr: "",
    });
    await certificate.start(stop.signal);
    // The API server needs a moment to take over a webhook configuration.
    await eventually(
      async () =>
        (await apply(aJob("probe", { podConfig: { serviceAccountName: "root" } }), "--dry-run=server")).status !== 0 &&
        calls.length > 0,
    );
  }, 90_000);

  afterAll(async () => {
    stop.abort();
    await cluster?.close();
    await control?.stop();
  }, 30_000);

  test("gets its CA from the operator, which issued the certificate", async () => {
    const { data } = await cluster.get(SECRETS, { namespace: NAMESPACE, name: "notebook-validator-certificate" });
    expect(await bundle()).toBe(data?.["ca.crt"]);
  });

  test("refuses what the schema can't, with the field and how to write it", async () => {
    const { status, stderr } = await apply(
      aJob("refused", { validationConfig: { expectedOutputs: [{ cell: 0, shape: "wide" }] } }),
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /NotebookValidationJob\S* "refused" is invalid: spec\.validationConfig\.expectedOutputs\[0\]\.shape: must be/,
    );
    const account = await apply(aJob("refused", { podConfig: { serviceAccountName: "root" } }));
    expect(account.stderr).toMatch(/spec\.podConfig\.serviceAccountName: must be one of default, notebooks, is "root"/);
  });

  test("prints its advice as warnings, and says them on dry runs too", async () => {
    const unwise = aJob("unwise", { timeout: "10m", podConfig: { containerImage: "registry.example.com/nb" } });
    for (const more of [["--dry-run=server"], []]) {
      const { status, stderr } = await apply(unwise, ...more);
      expect(status).toBe(0);
      expect(stderr.trimEnd().split("\n")).toEqual([
        "Warning: spec.timeout: is a deprecated alias: write validationTimeout",
        expect.stringMatching(/^Warning: spec.podConfig.containerImage: names no version/),
      ]);
    }
  });

  test("suggests the field that was meant, where the API server was told to ignore it", async () => {
    const { status, stderr } = await apply(aJob("misspelt", { retryPolicy: { backoffLimit: 3 } }), "--validate=ignore");
    expect(status).toBe(0);
    expect(stderr).toContain("Warning: spec.retryPolicy.backoffLimit: is not a field; did you mean maxRetries?");
  });

  test("is asked about new specs alone: not about labels, finalizers, status and deletions", async () => {
    expect(await callsDuring(async () => expect((await apply(aJob("quiet"))).status).toBe(0))).toBe(1);
    expect(
      await callsDuring(async () => {
        expect((await kubectl(["label", "nvj", "quiet", "team=a"])).status).toBe(0);
        expect((await kubectl(["annotate", "nvj", "quiet", "mlops.dev/retry-requested=now"])).status).toBe(0);
        expect(
          (
            await kubectl([
              "patch",
              "nvj",
              "quiet",
              "--type=merge",
              "-p",
              '{"metadata":{"finalizers":["example.com/x"]}}',
            ])
          ).status,
        ).toBe(0);
        expect(
          (
            await kubectl([
              "patch",
              "nvj",
              "quiet",
              "--subresource=status",
              "--type=merge",
              "-p",
              '{"status":{"phase":"Pending"}}',
            ])
          ).status,
        ).toBe(0);
        expect((await kubectl(["delete", "nvj", "quiet", "--wait=false"])).status).toBe(0);
        expect(
          (await kubectl(["patch", "nvj", "quiet", "--type=merge", "-p", '{"spec":{"suspend":true}}'])).status,
        ).toBe(0);
        expect(
          (await kubectl(["patch", "nvj", "quiet", "--type=merge", "-p", '{"metadata":{"finalizers":null}}'])).status,
        ).toBe(0);
      }),
    ).toBe(0);
    expect((await kubectl(["get", "nvj", "quiet"])).stderr).toContain("NotFound");
    expect(await callsDuring(async () => expect((await apply(aJob("asked", { suspend: true }))).status).toBe(0))).toBe(
      1,
    );
    expect(await callsDuring(async () => expect((await apply(aJob("asked", { suspend: false }))).status).toBe(0))).toBe(
      1,
    );
  });

  test("lets a job that an older rule let in be suspended, corrected and deleted", async () => {
    const never = { name: "off", expression: "false" };
    await patchConfiguration({ op: "add", path: "/webhooks/0/matchConditions/-", value: never });
    const old = aJob("old", { podConfig: { serviceAccountName: "root" } });
    await eventually(async () => (await apply(old)).status === 0);
    await patchConfiguration({ op: "remove", path: "/webhooks/0/matchConditions/2" });
    await eventually(
      async () =>
        (await apply(aJob("other", { podConfig: { serviceAccountName: "root" } }), "--dry-run=server")).status === 1,
    );
    const suspended = await apply(aJob("old", { podConfig: { serviceAccountName: "root" }, suspend: true }));
    expect(suspended.status).toBe(0);
    expect(suspended.stderr).toContain("the job can't run until that is corrected");
    expect((await apply(aJob("old", { podConfig: { serviceAccountName: "boss" } }))).status).toBe(1);
    expect((await apply(aJob("old", { podConfig: { serviceAccountName: "notebooks" } }))).status).toBe(0);
    expect((await kubectl(["delete", "nvj", "old"])).status).toBe(0);
  });

  test("answers within milliseconds", async () => {
    for (let count = 0; count < 20; count++) await apply(aJob("fast", { priority: count }), "--dry-run=server");
    const slowest = calls.map(({ ms }) => ms).sort((a, b) => b - a)[0];
    expect(slowest).toBeLessThan(250);
  });

  test("applying the shipped manifests again takes nothing from the CA bundle", async () => {
    const before = await bundle();
    expect(before).not.toBe("");
    expect((await apply(webhookConfiguration(server.port), "--server-side")).status).toBe(0);
    expect(await bundle()).toBe(before);
  });

  test("that is down stops nobody", async () => {
    await server.stop();
    expect((await apply(aJob("unwatched", { podConfig: { serviceAccountName: "root" } }))).status).toBe(0);
  });
});
