import type { Container, PodSpec } from "kubernetes-types/core/v1.js";

const volumeTypes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/**
 * What Pod Security *restricted* would refuse about a pod. Empty = admitted.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function restrictedViolations(pod: PodSpec): string[] {
  const problems: string[] = [];
  for (const field of ["hostNetwork", "hostPID", "hostIPC"] as const) {
    if (pod[field] === true) problems.push(`${field} must not be set`);
  }
  for (const volume of pod.volumes ?? []) {
    const type = Object.keys(volume).find((key) => key !== "name");
    if (type === undefined || !volumeTypes.includes(type))
      problems.push(`volume ${volume.name}: type ${type} is not allowed`);
  }
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  for (const container of containers) {
    problems.push(...containerViolations(container, pod).map((problem) => `container ${container.name}: ${problem}`));
  }
  return problems;
}

function containerViolations(container: Container, pod: PodSpec): string[] {
  const context = container.securityContext ?? {};
  const problems: string[] = [];
  if (context.privileged === true) problems.push("must not be privileged");
  if (context.allowPrivilegeEscalation !== false) problems.push("allowPrivilegeEscalation must be false");
  if (!(context.capabilities?.drop ?? []).includes("ALL")) problems.push("must drop ALL capabilities");
  const added = (context.capabilities?.add ?? []).filter((capability) => capability !== "NET_BIND_SERVICE");
  if (added.length > 0) problems.push(`must not add capabilities ${added.join(", ")}`);
  if ((context.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) !== true) problems.push("runAsNonRoot must be true");
  if ((context.runAsUser ?? pod.securityContext?.runAsUser) === 0) problems.push("must not run as user 0");
  const seccomp = (context.seccompProfile ?? pod.securityContext?.seccompProfile)?.type;
  if (seccomp !== "RuntimeDefault" && seccomp !== "Localhost") {
    problems.push("seccompProfile must be RuntimeDefault or Localhost");
  }
  if ((container.ports ?? []).some((port) => port.hostPort !== undefined && port.hostPort !== 0)) {
    problems.push("must not use host ports");
  }
  return problems;
}
