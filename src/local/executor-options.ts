import type { Logger } from "pino";
import type { Clock, Cluster, Pod } from "../kube/index.js";
import type { MemoryLimitKind } from "./container-process.js";

/** What a {@link ProcessExecutor} is made of. */
export interface ExecutorOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pods that are bound to this node are run. */
  readonly nodeName: string;
  /** Also run pods that no scheduler has bound. @default false */
  readonly runsUnbound?: boolean;
  /** Private directory for volumes and logs; must allow traversal by {@link user}. */
  readonly stateDirectory: string;
  /** Programs by the first word of a container's command, e.g. `python3` → the Python of this run. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** Variables that an image would bring: `PATH`, language, proxies. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Asked before a container starts: why its image can't be pulled, in a registry's words.
   * @default nothing is pulled, so every image is there
   */
  readonly pull?: (image: string) => string | undefined;
  /** User and group of main containers, when we are root. @default stay who we are */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Awaited when a pod's processes are gone and its volumes are about to be. @param volume a volume's directory */
  readonly beforeRemoval?: (pod: Pod, volume: (name: string) => string | undefined) => Promise<void>;
  /** Told when a container's process has started, and what limits its memory. */
  readonly onContainer?: (pod: Pod, container: string, memoryLimit: MemoryLimitKind) => void;
}
