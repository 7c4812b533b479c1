import type { PodFailureName } from "../../../../recovery/recorded/pod-failures.js";
import { NODE } from "../../node-resources.js";
import { PRIVATE_REGISTRY, REGISTRY } from "../../node-world.js";

/** The same node by another of its addresses, which no runtime is configured for: the bridge of its pods. */
const STRANGER = "10.97.0.1";
/** What a seat on the node is: pods with one each can't be there at the same time. */
export const SEAT = "example.com/seat";
/** Image of {@link otherPlatformIndex}. */
export const OTHER_PLATFORM = `${REGISTRY}/pause:s390x`;

const IMAGE = `${REGISTRY}/kernel:3`;
const python = (...lines: string[]) => ({ command: ["python3", "-c", lines.join("\n")] });
/** Ignores SIGTERM, as the first process of a container does that has no handler. */
const SLEEP = python("import time", "time.sleep(600)");
const HOARD = "hoard = [bytearray(b'x' * 10_000_000) for _ in range(40)]";
/**
 * A process that the node's kernel kills, and a parent that ends with this exit code. The parent stays for a moment: a runtime
 * that sees a container end at once may miss what it was killed for.
 */
const hoarding = (exitCode: number) =>
  python(
    "import subprocess, sys, time",
    `killed = subprocess.run([sys.executable, '-c', "${HOARD}"]).returncode == -9`,
    "time.sleep(2)",
    `sys.exit(${exitCode} if killed else 1)`,
  );
const memory = (limit: string) => ({
  resources: { requests: { cpu: "1m", memory: "16Mi" }, limits: { memory: limit } },
});
const volume = (source: object) => ({
  volumes: [{ name: "data", ...source }],
  notebook: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
});
const variable = (valueFrom: object) => ({ notebook: { env: [{ name: "KEY", valueFrom }] } });
const image = (name: string, more: object = {}) => ({ notebook: { image: name, ...more } });
const asking = (resources: object) => ({ notebook: { resources: { requests: resources, limits: resources } } });
const writing = (path: string) =>
  python("import time", `open('${path}', 'wb').write(b'x' * 30_000_000)`, "time.sleep(600)");
/** So that what has ended can be looked at after it was taken away. */
export const KEPT = "example.com/kept";

/** Part of a pod's spec; what is said of its two containers is added to them. */
interface PodRecipe {
  readonly notebook?: object;
  readonly source?: object;
  /** Whether it stays when it is deleted. @default false */
  readonly isKept?: boolean;
  readonly [field: string]: unknown;
}

/** How each failure is made. Those that take the longest come first. */
const RECIPES: Readonly<Record<PodFailureName, PodRecipe>> = {
  "disk-of-a-volume": {
    volumes: [{ name: "scratch", emptyDir: { sizeLimit: "8Mi" } }],
    notebook: { ...writing("/scratch/spill"), volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] },
  },
  "disk-of-a-container": {
    notebook: { ...writing("/tmp/spill"), resources: { limits: { "ephemeral-storage": "8Mi" } } },
  },
  "deadline-while-running": { activeDeadlineSeconds: 50 },
  evicted: { isKept: true },
  deleted: { isKept: true },
  preempted: { isKept: true, priorityClassName: "nbv-humble", ...asking({ [SEAT]: "1" }) },
  "tainted-node": { isKept: true, nodeName: "nbv-elsewhere" },
  "scheduler-absent": { schedulerName: "absent-scheduler" },

  "image-missing": image(`${REGISTRY}/missing:1`),
  "image-of-another-platform": image(OTHER_PLATFORM),
  "image-refused": image(`${PRIVATE_REGISTRY}/team/secret:1`),
  "image-by-untrusted-tls": image(`${STRANGER}:6443/team/model:1`),
  "image-by-plain-http": image(`${STRANGER}:5000/kernel:3`),
  "registry-down": image(`${STRANGER}:5999/team/model:1`),
  "image-never-pulled": image(`${REGISTRY}/never-here:1`, { imagePullPolicy: "Never" }),
  "image-unreadable": image("Registry/UPPER:case"),

  "secret-of-a-variable": variable({ secretKeyRef: { name: "nowhere", key: "key" } }),
  "key-of-a-variable": variable({ secretKeyRef: { name: "present", key: "nothing" } }),
  "config-map-of-variables": { notebook: { envFrom: [{ configMapRef: { name: "nowhere" } }] } },
  "secret-of-a-volume": volume({ secret: { secretName: "nowhere" } }),
  "key-of-a-volume": volume({ secret: { secretName: "present", items: [{ key: "nothing", path: "nothing" }] } }),
  "config-map-of-a-volume": volume({ configMap: { name: "nowhere" } }),
  "claim-missing": volume({ persistentVolumeClaim: { claimName: "nowhere" } }),
  "claim-unbound": volume({ persistentVolumeClaim: { claimName: "unbound" } }),
  "volume-without-directory": volume({ persistentVolumeClaim: { claimName: "without-directory" } }),

  "resources-of-no-node": asking({ cpu: "4000" }),
  "device-of-no-node": asking({ "example.com/gpu": "1" }),
  "labels-of-no-node": { nodeSelector: { "example.com/none-has-this": "true" } },
  "scheduling-gate": { schedulingGates: [{ name: "example.com/queue" }] },
  "resources-beyond-the-node": { nodeName: NODE, ...asking({ cpu: "4000" }) },
  "labels-beyond-the-node": { nodeName: NODE, nodeSelector: { "example.com/none-has-this": "true" } },

  "runtime-class-without-runtime": { runtimeClassName: "nbv-nowhere" },
  "root-where-none-may-be": {
    securityContext: { runAsNonRoot: true },
    notebook: { image: `${REGISTRY}/base:bookworm` },
    source: { securityContext: { runAsUser: 1001 } },
  },
  "program-missing": { notebook: { command: ["/no/such/program"] } },
  "program-not-executable": { notebook: { command: ["/etc/os-release"] } },
  "program-of-a-shell-missing": { notebook: { command: ["sh", "-c", "no-such-program"] } },
  "source-container-failed": { source: { command: ["sh", "-c", "exit 3"] } },
  "out-of-memory": { notebook: { ...python(HOARD), ...memory("64Mi") } },
  // As the runner ends when its kernel was killed, where the kernel of the node does not kill both.
  "kernel-out-of-memory": { notebook: { ...hoarding(31), ...memory("64Mi") } },
  "source-out-of-memory": { source: { ...hoarding(137), ...memory("64Mi") } },
};

/** All pods that fail, in the shape of our own. */
export function failingPods(): object[] {
  return Object.entries(RECIPES).map(([name, { notebook, source, isKept = false, ...spec }]) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...(isKept && { finalizers: [KEPT] }) },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      initContainers: [{ name: "source", image: IMAGE, command: ["true"], ...memory("64Mi"), ...source }],
      containers: [{ name: "notebook", image: IMAGE, ...SLEEP, ...memory("256Mi"), ...notebook }],
      ...spec,
    },
  }));
}

/** What those pods name, of their namespace. */
export function surroundings(namespace: string): object[] {
  const claim = { accessModes: ["ReadWriteOnce"], storageClassName: "", resources: { requests: { storage: "1Gi" } } };
  const volumeName = `${namespace}-without-directory`;
  return [
    { apiVersion: "v1", kind: "Secret", metadata: { name: "present" }, stringData: { key: "1" } },
    { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "unbound" }, spec: claim },
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: volumeName },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "",
        capacity: { storage: "1Gi" },
        hostPath: { path: "/no/such/directory", type: "Directory" },
        claimRef: { namespace, name: "without-directory" },
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "without-directory" },
      spec: { ...claim, volumeName },
    },
    { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "nbv-nowhere" }, handler: "nowhere" },
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "nbv-humble" }, value: 1 },
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "nbv-mighty" }, value: 1000 },
    // A node without a kubelet, to which nothing is given.
    { apiVersion: "v1", kind: "Node", metadata: { name: "nbv-elsewhere" }, spec: { unschedulable: true } },
  ];
}

/** The pod for which `preempted` has to go. */
export function mightyPod(): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "mighty" },
    spec: {
      priorityClassName: "nbv-mighty",
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "main", image: IMAGE, ...SLEEP, resources: { limits: { [SEAT]: "1" } } }],
    },
  };
}
