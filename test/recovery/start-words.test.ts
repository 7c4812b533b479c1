import { describe, expect, test } from "@jest/globals";
import { classifyObjectEvents, classifyPod } from "../../src/recovery/index.js";
import { aNotebook, failureIn, SOON } from "./pods.js";

const RUNC =
  "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process";

/** What a node, its runtime or a volume is short of. */
const OF_THE_NODE = [
  'connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
  `${RUNC}: unable to apply cgroup configuration: failed to write 4242: openat2 /sys/fs/cgroup/kubepods.slice/cgroup.procs: no such file or directory: unknown`,
  'failed to start containerd task "notebook": open /run/containerd/io.containerd.runtime.v2.task/k8s.io/abc/init.pid: no such file or directory: unknown',
  'failed to generate container "abc" spec: failed to generate spec: failed to stat "/var/lib/kubelet/pods/u/volumes/kubernetes.io~nfs/data": stat: no such file or directory',
  'failed to generate container "abc" spec: failed to generate spec: failed to stat "/var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/pvc-1/mount": permission denied',
  'container create failed: error mounting "/var/lib/kubelet/pods/u/volumes/kubernetes.io~secret/x" no such file or directory',
  "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory",
  'failed to create shim task: OCI runtime create failed: unable to retrieve OCI runtime error (open /run/containerd/log.json: no such file or directory): exec: "runc": executable file not found in $PATH: unknown',
  'failed to start shim: exec: "containerd-shim-runc-v2": executable file not found in $PATH',
  'exec: "/usr/bin/nvidia-container-runtime": stat /usr/bin/nvidia-container-runtime: no such file or directory',
  "fork/exec /usr/local/bin/kata: no such file or directory",
  "error running createContainer hook #0: exec: /usr/bin/hook: permission denied",
];

/** What the image or the job is short of. */
const OF_THE_COMMAND = [
  ["CommandNotFound", `${RUNC}: exec: "python3": executable file not found in $PATH: unknown`],
  ["CommandNotFound", `${RUNC}: exec: "/no/program": stat /no/program: no such file or directory: unknown`],
  ["CommandNotFound", `${RUNC}: error during container init: exec: "/app/run": no such file or directory`],
  ["CommandNotFound", 'container create failed: level=error msg="exec: \\"/x\\": stat /x: no such file or directory"'],
  ["CommandNotFound", "exec /app/run.sh: no such file or directory"],
  ["CommandNotFound", 'standard_init_linux.go:228: exec user process caused: "no such file or directory"'],
  ["CommandNotFound", "crun: executable file `python3` not found in $PATH: No such file or directory"],
  ["CommandNotFound", "crun: exec container process `/app/run`: No such file or directory"],
  ["PermissionDenied", `${RUNC}: exec: "/etc/os-release": permission denied: unknown`],
  ["PermissionDenied", "exec /app/run.sh: permission denied"],
  ["PermissionDenied", "crun: open executable: Permission denied: OCI permission denied"],
  ["PermissionDenied", `${RUNC}: chdir to cwd ("/work") set in config.json failed: permission denied: unknown`],
] as const;

describe("a file that is missing or closed", () => {
  test.each(OF_THE_NODE)("on the node is the platform's, has its grace and is tried again: %s", (message) => {
    const expected = {
      reason: "CreateContainerError",
      errorType: "transient",
      fault: "platform",
      recoveries: ["retry"],
    };
    for (const reason of ["CreateContainerError", "RunContainerError"]) {
      expect(classifyPod(aNotebook({ waiting: { reason, message } }), SOON)).toMatchObject({
        kind: "visible",
        failure: expected,
      });
    }
    expect(failureIn(aNotebook({ terminated: { exitCode: 128, reason: "StartError", message } }))).toMatchObject(
      expected,
    );
    const event = { reason: "Failed", type: "Warning", message: `Error: ${message}` };
    expect(classifyObjectEvents("Pod", [event])).toMatchObject(expected);
  });

  test.each(OF_THE_COMMAND)("that the container was to run is %s, at once: %s", (reason, message) => {
    const expected = { reason, errorType: "permanent", fault: "user" };
    expect(classifyPod(aNotebook({ waiting: { reason: "RunContainerError", message } }), SOON)).toMatchObject({
      kind: "ended",
      failure: expected,
    });
    expect(failureIn(aNotebook({ terminated: { exitCode: 128, reason: "StartError", message } }))).toMatchObject(
      expected,
    );
    const event = { reason: "Failed", type: "Warning", message: `Error: ${message}` };
    expect(classifyObjectEvents("Pod", [event])).toMatchObject(expected);
  });
});
