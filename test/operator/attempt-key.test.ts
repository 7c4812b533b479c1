import { afterEach, describe, expect, test } from "@jest/globals";
import { ANNOTATION_ATTEMPT_PROOF } from "../../src/api/index.js";
import { EVENTS, PODS, type Pod, SECRETS } from "../../src/kube/resources.js";
import { handedOverKey } from "../../src/operator/handed-over-key.js";
import { SigningKey } from "../../src/operator/signing-key.js";
import { handoverMessage, identityText, sealKey } from "../../src/validation/index.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { handedOver } from "./kit/fake-fetcher.js";
import { passingEvents, signed } from "./kit/fake-runner.js";

let world: TestCluster;

afterEach(async () => {
  await world.stopOperator();
});

async function submitted(): Promise<Pod> {
  world = new TestCluster();
  await world.startOperator();
  await world.submit(aJob().draft());
  return world.pod();
}

async function rewriteHandover(pod: Pod, message: string): Promise<void> {
  const { namespace = "", name } = pod.metadata;
  const { status } = await world.cluster.get(PODS, { namespace, name });
  const [source] = status?.initContainerStatuses ?? [];
  const terminated = { ...source?.state?.terminated, message };
  const initContainerStatuses = [{ ...source, state: { terminated } }];
  await world.cluster.patchStatus(PODS, { namespace, name }, { status: { initContainerStatuses } });
}

describe("the key of an attempt", () => {
  test("is nowhere but with runner and operator: no Secret, no pod, no status, no event has it", async () => {
    const pod = await submitted();
    await world.kubelet.run(pod, passingEvents());
    await world.settle();
    expect(await world.status()).toMatchObject({ phase: "Succeeded" });
    expect((await world.cluster.list(SECRETS)).items).toEqual([]);
    const events = (await world.cluster.list(EVENTS)).items;
    const all = JSON.stringify([await world.pods(), await world.job(), events]);
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      expect(all).not.toContain(Buffer.from(handedOver(pod).key).toString(encoding));
    }
  });

  test.each([
    ["nothing", ""],
    ["text", "done"],
    [
      "a key for somebody else",
      handoverMessage(sealKey(Buffer.alloc(32, 1), Buffer.alloc(32, 9), "x", Buffer.alloc(32))),
    ],
    ["the sealed key of another attempt", "another"],
  ])("an init container that leaves %s ends the attempt at once, at the platform's cost", async (_, said) => {
    const pod = await submitted();
    const sealFor = Buffer.from(new SigningKey(Buffer.alloc(32, 7)).publicKey, "base64url");
    const another = handoverMessage(sealKey(Buffer.alloc(32, 1), sealFor, "nbv.v1|a|b|c|1", Buffer.alloc(32, 2)));
    await world.kubelet.start(pod, said === "another" ? another : said);
    await world.settle();
    const status = await world.status();
    expect(status).toMatchObject({ failureReason: "AttemptKeyLost", fault: "platform", lastErrorType: "transient" });
    expect(status.attempts?.find(({ number }) => number === 1)).toMatchObject({ outcome: "Error" });
    expect(status).toMatchObject({ retryCount: 1 });
    expect(status.validationRetryCount ?? 0).toBe(0);
    expect(status.lastError).toMatch(/its image .+ may be of another version than the operator/);
  });

  test("a signing key that is replaced ends the attempts under way, and never lets them pass", async () => {
    const pod = await submitted();
    await world.kubelet.start(pod);
    await world.stopOperator();
    await world.kubelet.run(pod, passingEvents());
    await world.startOperator({ signingKey: Buffer.alloc(32, 8) });
    const status = await world.status();
    expect(status).toMatchObject({ failureReason: "AttemptKeyLost", retryCount: 1 });
    expect(status.phase).not.toBe("Succeeded");
    expect(status.lastError).toContain("signing key was replaced");
    await world.pass(5_000);
    const second = (await world.pods()).find(({ metadata }) => metadata.name !== pod.metadata.name);
    if (second === undefined) throw new Error("no second attempt");
    await world.kubelet.run(second, passingEvents());
    await world.settle();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
  });

  test("is not learnt from any other container's message: a notebook can't bring a key of its own", async () => {
    const pod = await submitted();
    const [identity, sealFor] = [argument(pod, "--attempt-identity"), argument(pod, "--seal-for")];
    const forged = Buffer.alloc(32, 66);
    const message = handoverMessage(sealKey(forged, Buffer.from(sealFor, "base64url"), identity, Buffer.alloc(32, 67)));
    await world.kubelet.start(pod);
    for (const said of [message, signed(forged, passingEvents()).at(-1) ?? ""]) {
      await world.kubelet.end(pod, 0, { message: said });
      await world.pass(1_000);
      expect((await world.status()).phase).not.toBe("Succeeded");
    }
    expect(await world.status()).toMatchObject({ failureReason: "VerdictMissing" });
  });

  test("is remembered while the operator lives, should the node clear the init container away", async () => {
    const pod = await submitted();
    await world.kubelet.start(pod);
    await world.settle();
    await rewriteHandover(pod, "Unable to get init container status from container runtime");
    await world.settle();
    await world.kubelet.say(pod, passingEvents());
    await world.kubelet.end(pod, 0);
    await world.settle();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", retryCount: 0 });
  });

  test("that is lost explains less than what the platform did to the pod", async () => {
    const pod = await submitted();
    await world.stopOperator();
    await world.kubelet.start(pod, "");
    await world.kubelet.evict(pod);
    await world.startOperator();
    expect(await world.status()).toMatchObject({ failureReason: "Evicted" });
  });
});

describe("an init container", () => {
  const signingKey = new SigningKey(Buffer.alloc(32, 7));
  const attempt = { namespace: "team-a", jobUid: "u", runId: "r", attempt: 1 };
  const podWith = (status: object): Pod => ({ metadata: { name: "p" }, status }) as unknown as Pod;

  test.each([
    ["has not been seen", {}],
    ["runs", { initContainerStatuses: [{ name: "source", state: { running: {} } }] }],
    ["failed", { initContainerStatuses: [{ name: "source", state: { terminated: { exitCode: 1 } } }] }],
  ])("that %s owes no key yet", (_, status) => {
    expect(handedOverKey(podWith(status), attempt, signingKey)).toEqual({ kind: "pending" });
  });

  test("of a pod that somebody else put in the place of ours is not believed, however well its key is sealed", () => {
    const sealFor = Buffer.from(signingKey.publicKey, "base64url");
    const message = handoverMessage(
      sealKey(Buffer.alloc(32, 66), sealFor, identityText(attempt), Buffer.alloc(32, 67)),
    );
    const ended = podWith({
      initContainerStatuses: [{ name: "source", state: { terminated: { exitCode: 0, message } } }],
    });
    const withProof = (proof: string): Pod => ({
      ...ended,
      metadata: { name: "p", annotations: { [ANNOTATION_ATTEMPT_PROOF]: proof } },
    });
    expect(handedOverKey(withProof(signingKey.proofOf(attempt)), attempt, signingKey)).toMatchObject({ kind: "known" });
    const ofAnother = signingKey.proofOf({ ...attempt, attempt: 2 });
    const ofAnotherOperator = new SigningKey(Buffer.alloc(32, 8)).proofOf(attempt);
    for (const pod of [ended, ...["", ofAnother, ofAnotherOperator].map(withProof)]) {
      const seen = handedOverKey(pod, attempt, signingKey);
      expect(seen).toMatchObject({ kind: "lost", failure: { reason: "AttemptKeyLost" } });
      expect(JSON.stringify(seen)).toContain("somebody else made the pod");
    }
  });

  test("that nobody remembers owes the key once the notebook runs", () => {
    const state = { running: { startedAt: "2026-01-01T00:00:00Z" } };
    const pod = podWith({ containerStatuses: [{ name: "notebook", state }] });
    expect(handedOverKey(pod, attempt, signingKey)).toMatchObject({ kind: "lost" });
  });
});

describe("the operator's own key", () => {
  test("is as long as it must be, and told apart by a fingerprint that does not tell it", () => {
    expect(() => new SigningKey(Buffer.alloc(31))).toThrow(RangeError);
    const [one, same, other] = [1, 1, 2].map((byte) => new SigningKey(Buffer.alloc(32, byte)));
    expect(one?.fingerprint).toBe(same?.fingerprint);
    expect(one?.fingerprint).not.toBe(other?.fingerprint);
    expect(one?.publicKey).not.toBe(other?.publicKey);
  });
});

function argument(pod: Pod, option: string): string {
  const args = pod.spec?.initContainers?.[0]?.args ?? [];
  return args[args.indexOf(option) + 1] ?? "";
}
