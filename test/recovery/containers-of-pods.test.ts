import { describe, expect, test } from "@jest/globals";
import type { ContainerState, Pod } from "kubernetes-types/core/v1.js";
import { classifyApi, classifyPod, type Failure, type PodContext } from "../../src/recovery/index.js";
import { aNotebook, aSource, aStatus, LATE } from "./pods.js";
import { TRIED_AGAIN } from "./tried-again.js";

function failureIn(pod: Pod, context?: PodContext): Failure {
  const signal = classifyPod(pod, LATE, context);
  if (signal.kind !== "ended") throw new Error(`the signal is ${signal.kind}`);
  return signal.failure;
}

describe("a container that crashes again and again", () => {
  const crashing = (terminated: ContainerState["terminated"]): Pod => {
    const waiting = { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container=notebook" };
    const status = { ...aStatus("notebook", { waiting }), ...(terminated && { lastState: { terminated } }) };
    return aNotebook({ waiting }, { phase: "Running", containerStatuses: [status] });
  };

  test.each<[string, NonNullable<ContainerState["terminated"]>, Partial<Failure>]>([
    ["its memory", { exitCode: 137, reason: "OOMKilled" }, { reason: "OOMKilled", recoveries: ["increase-memory"] }],
    ["a missing program", { exitCode: 127, reason: "Error" }, { reason: "CommandNotFound" }],
    [
      "a program that may not run",
      { exitCode: 128, reason: "StartError", message: 'exec: "python3": permission denied' },
      { reason: "PermissionDenied" },
    ],
  ])("is explained by its last end where that is telling: %s", (_what, terminated, failure) => {
    expect(failureIn(crashing(terminated))).toMatchObject({ ...failure, failedContainer: "notebook" });
  });

  test("says how it ended last where nobody knows why", () => {
    const failure = failureIn(crashing({ exitCode: 3, reason: "Error", message: "no such option\n" }));
    expect(failure).toMatchObject({ reason: "CrashLoopBackOff", errorType: "unknown" });
    expect(failure.message).toContain("notebook ended with exit code 3: no such option");
    expect(failureIn(crashing(undefined)).reason).toBe("CrashLoopBackOff");
  });
});

describe("pods that are not ours", () => {
  const foreign = (more: Partial<NonNullable<Pod["spec"]>>, status: Pod["status"] & object): Pod => ({
    metadata: { name: "train", namespace: "team-a", creationTimestamp: "2026-11-21T10:00:00Z" },
    spec: { restartPolicy: "Never", containers: [{ name: "trainer", image: "i" }], ...more },
    status,
  });
  const killed = { terminated: { exitCode: 137, reason: "OOMKilled" } };

  test("run their work in the first container", () => {
    const pod = foreign(
      { containers: [{ name: "trainer" }, { name: "proxy" }] },
      { phase: "Failed", containerStatuses: [aStatus("proxy", { running: {} }), aStatus("trainer", killed)] },
    );
    expect(failureIn(pod)).toMatchObject({ failedContainer: "trainer", recoveries: ["increase-memory"] });
  });

  test("prepare it in their init containers", () => {
    const pod = foreign(
      { initContainers: [{ name: "git-clone" }] },
      {
        phase: "Failed",
        initContainerStatuses: [aStatus("git-clone", { terminated: { exitCode: 2, reason: "Error" } })],
      },
    );
    expect(failureIn(pod)).toMatchObject({
      reason: "InitContainerError",
      failedContainer: "git-clone",
      recoveries: ["skip-init-container", "retry"],
    });
  });
});

test("an init container that somebody injected into our pod is none that could be left out", () => {
  const pod = aSource({ waiting: { reason: "PodInitializing" } });
  pod.spec?.initContainers?.unshift({ name: "istio-init" });
  const initContainerStatuses = [aStatus("istio-init", { terminated: { exitCode: 1, reason: "Error" } })];
  expect(failureIn({ ...pod, status: { ...pod.status, phase: "Failed", initContainerStatuses } })).toMatchObject({
    failedContainer: "istio-init",
    recoveries: ["retry"],
  });
});

describe("an image that was built for the job and that the registry does not know", () => {
  const notFound = (container: typeof aNotebook) =>
    container({ waiting: { reason: "ImagePullBackOff", message: 'failed to resolve "r/x@sha256:1": not found' } });

  test("is built again; one that the job names stays away until somebody pushes it", () => {
    expect(failureIn(notFound(aNotebook), { imageIsBuilt: true })).toMatchObject({
      errorType: "transient",
      fault: "platform",
      suggestedAction: expect.not.stringMatching(TRIED_AGAIN),
      recoveries: ["retry", "fallback-to-prebuilt", "wait-for-resolution"],
    });
    expect(failureIn(notFound(aNotebook))).toMatchObject({
      errorType: "permanent",
      fault: "user",
      recoveries: ["fallback-to-prebuilt", "wait-for-resolution"],
    });
  });

  test("is not the image that fetches the source", () => {
    expect(failureIn(notFound(aSource), { imageIsBuilt: true })).toMatchObject({
      errorType: "permanent",
      recoveries: ["skip-init-container", "wait-for-resolution"],
    });
  });
});

describe("a pod that security rules refuse", () => {
  const refused = (message: string) => classifyApi({ reason: "Forbidden", message });
  const podSecurity = (who: string) =>
    refused(`pods "x" is forbidden: violates PodSecurity "restricted:v1.34": allowPrivilegeEscalation != false (${who} \
must set securityContext.allowPrivilegeEscalation=false), seccompProfile (pod or ${who} must set \
securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`);

  test.each([
    ['container "source"', "source"],
    ['container "notebook"', "notebook"],
    ['containers "source", "notebook"', "notebook"],
    ['containers "source", "istio-init"', undefined],
    ["pod", undefined],
  ])("%s: could do without %s", (who, failedContainer) => {
    expect(podSecurity(who)).toMatchObject({
      reason: "SecurityContextViolation",
      recoveries: failedContainer === "notebook" ? [] : ["skip-init-container"],
    });
    expect(podSecurity(who).failedContainer).toBe(failedContainer);
  });

  test.each([
    [".initContainers[0].runAsUser: Invalid value: 65532", "source"],
    [".initContainers[0].runAsUser: Invalid value: 65532, provider x: .containers[0].runAsUser: Invalid", "notebook"],
    ["provider anyuid: Forbidden: not usable by user or serviceaccount", undefined],
  ])("of security context constraints: %s", (why, failedContainer) => {
    const failure = refused(
      `pods "x" is forbidden: unable to validate against any security context constraint: [provider restricted-v2: ${why}]`,
    );
    expect(failure.reason).toBe("SecurityContextViolation");
    expect(failure.failedContainer).toBe(failedContainer);
  });
});
