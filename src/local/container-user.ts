import { spawnSync } from "node:child_process";

/** Whom the notebook's processes run as. */
export type ContainerUser =
  | { readonly kind: "other"; readonly uid: number; readonly gid: number }
  /** Ourselves, an ordinary user. */
  | { readonly kind: "same" }
  /** Root, since the other user can't use this Python: a notebook could then forge its verdict. */
  | { readonly kind: "root"; readonly why: string };

/** `nonroot` of distroless images, as in the validation pod. */
const UID = 65532;

/**
 * When started as root, notebooks run as another user, if that user can run the chosen Python and reach the directories.
 * @param directories that it must be able to enter
 */
export function chooseContainerUser(python: string, directories: readonly string[]): ContainerUser {
  if (process.getuid?.() !== 0) return { kind: "same" };
  const script = [
    "import importlib.util, os, sys",
    "importlib.util.find_spec('ipykernel')",
    "sys.exit(0 if all(os.access(d, os.X_OK) for d in sys.argv[1:]) else 3)",
  ].join("\n");
  const result = spawnSync(python, ["-I", "-c", script, ...directories], {
    uid: UID,
    gid: UID,
    cwd: "/",
    env: {},
    timeout: 30_000,
    stdio: "ignore",
  });
  if (result.status === 0) return { kind: "other", uid: UID, gid: UID };
  const what = result.status === 3 ? directories.join(", ") : python;
  return { kind: "root", why: `UID ${UID} can't use ${what}` };
}
