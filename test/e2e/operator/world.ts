// What a story needs of a cluster: two worlds give it, a real API server whose pods run as processes, and a real node.
import type { OperatorConfigInput } from "../../../src/api/index.js";
import type { Cluster } from "../../../src/kube/index.js";

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A repository that the world's Git servers serve. Its first branch is `main`. */
export interface WorldRepository {
  /** Commit of `main`, 40 hex digits. */
  readonly commit: string;
  /** Addresses as the operator and its pods reach them. */
  readonly urls: {
    /** For everybody, without encryption. */
    readonly http: string;
    /** For everybody, under the certificate of {@link GitWorld.authority}. */
    readonly https: string;
    /** Only with {@link GitWorld.login}, under the same certificate. */
    readonly privateHttps: string;
    /** Only with {@link GitWorld.sshKey}. Absent where there is no sshd. */
    readonly ssh?: string;
  };
  /** Writes these files, commits them to `main` and returns the commit. */
  change(files: Readonly<Record<string, string | Buffer>>): Promise<string>;
  /** Runs git in the work tree that is served, for what {@link change} can't do: links, tags, odd names. */
  git(...args: string[]): string;
  /** The work tree. */
  readonly directory: string;
}

/** Git servers of a world. */
export interface GitWorld {
  repository(files: Readonly<Record<string, string | Buffer>>): Promise<WorldRepository>;
  /** Opens the private addresses over https. */
  readonly login: { readonly username: string; readonly password: string };
  /** Opens the ssh addresses. Absent where there is no sshd. */
  readonly sshKey?: { readonly privateKey: string; readonly knownHosts: string };
  /** PEM of the authority that signed the servers' certificate; the operator is configured to trust it. */
  readonly authority: string;
}

/** Images by what a story wants of them; names that this world's nodes resolve. */
export interface WorldImages {
  /** Has Python, ipykernel and a shell. */
  readonly notebook: string;
  /** A well-formed name of an image that no registry has. */
  readonly missing: string;
}

/** The operator's replicas. Replicas that die are started again, as a kubelet would. */
export interface OperatorReplicas {
  /** Brings the number of replicas to `count`; resolves when they are ready and, unless `count` is 0, one of them leads. */
  scale(count: number): Promise<void>;
  /**
   * Sends a signal to the replica that leads. Resolves when it is dead, not when another one leads.
   * @returns its identity in the Lease
   */
  killLeader(signal: "SIGKILL" | "SIGTERM"): Promise<string>;
  /** Identity of the replica that holds the Lease; `undefined` while none does. */
  leader(): Promise<string | undefined>;
  /** Everything that all replicas have logged since the world began, also those that are dead. */
  logs(): Promise<string>;
}

/** One line of the API server's audit log. Watches that are still open have only their `ResponseStarted`. */
export interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly reason?: string };
  /** `authorization.k8s.io/decision` and more. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly stageTimestamp: string;
  readonly requestReceivedTimestamp: string;
}

/** What a world can do to its node. Absent = it can't; the stories that need it are not told there. */
export interface WorldFaults {
  /** From now on no log of a pod in this namespace can be read from the start; what was read before stays read. */
  readonly loseLogs?: (namespace: string) => Promise<void>;
  /** Makes the operator's connections to the API server break. Resolves when they can be made again. */
  readonly restartApiServer?: () => Promise<void>;
}

/**
 * A cluster with the operator installed from `dist/manifests`, running with its own ServiceAccount, and what stories need
 * around it. Stories share it: each works in a namespace of its own and leaves one replica running.
 */
export interface World {
  /** `api-server`: pods are processes. `node`: pods are containers of a real kubelet. */
  readonly name: "api-server" | "node";
  /** The API server, asked as an administrator. */
  readonly cluster: Cluster;
  readonly git: GitWorld;
  readonly images: WorldImages;
  readonly operators: OperatorReplicas;
  readonly faults: WorldFaults;
  /**
   * How long this world's node may take, on top of {@link VISIBLE_MS}, until it says what is wrong with one of several pods
   * that were made at once, in milliseconds. @default 0
   */
  readonly nodeMs?: number;
  /** Namespace of the operator. */
  readonly systemNamespace: string;
  /** User name of the operator's ServiceAccount, as the audit log names it. */
  readonly account: string;
  /** kubectl as an administrator; `stdin` for `--filename=-`. Never rejects for a bad exit code. */
  kubectl(args: readonly string[], stdin?: string): Promise<CommandResult>;
  /** Makes a namespace that pods can be created in. It goes with the world. @param hint part of its name */
  namespace(hint: string): Promise<string>;
  /** Asks the replica that leads for `/metrics`, as a bearer of this token. Absent where there is no way to it. */
  readonly metrics?: (token: string | undefined) => Promise<{ readonly status: number; readonly text: string }>;
  /** What the API server has been asked so far, by anybody. */
  audit(): Promise<AuditEvent[]>;
  /** Ends everything and removes everything. May be called more than once, also after a start that failed. */
  stop(): Promise<void>;
}

/** How often the operator under the stories asks about followed branches, in milliseconds. */
export const FOLLOW_INTERVAL_MS = 20_000;

/**
 * Configuration of the operator under the stories: as shipped, but with graces short enough to wait for. A world adds
 * what its own network needs, nothing else.
 */
export const STORY_CONFIG = {
  patience: { startupGrace: "18s", scheduleTimeout: "18s" },
  retention: { finishedPodsPerJob: 3 },
  concurrency: { validations: 20, validationsPerNamespace: 20 },
  git: { followInterval: `${FOLLOW_INTERVAL_MS / 1000}s` },
} as const satisfies OperatorConfigInput;

/**
 * Longest time between a cause and the status that names it, in milliseconds: "within seconds". A pod that waits in
 * silence for a volume is asked for its events after 10 s.
 */
export const VISIBLE_MS = 15_000;
