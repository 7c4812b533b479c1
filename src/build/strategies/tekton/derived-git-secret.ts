import { ANNOTATION_DERIVED_FROM, ANNOTATION_SOURCE_VERSION, OPERATOR_NAME } from "../../../api/index.js";

/** As much of a Secret as is read and written here; the values of `data` are base64. */
export interface GitSecret {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
    }[];
  };
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** What a derived Secret says, read from its source for one transport. */
export type DerivedCredentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "ssh-key"; readonly privateKey: string; readonly knownHosts: string };

/** Everything that decides about one derived Secret. */
export interface DerivationQuestion {
  readonly source: GitSecret;
  /** What has the derived Secret's name now. */
  readonly existing: GitSecret | undefined;
  readonly credentials: DerivedCredentials;
  /** Servers that it is for ({@link tektonHost}); those that it already is for stay. */
  readonly hosts: readonly string[];
  /** Whether the source has credentials for the other transport, too. */
  readonly servesBothTransports: boolean;
}

/** What is to be done about it. */
export type Derivation =
  | { readonly kind: "keep" }
  | { readonly kind: "create" | "update"; readonly secret: GitSecret }
  /** The type of a Secret can't be changed: delete the old one, then create this. */
  | { readonly kind: "replace"; readonly secret: GitSecret }
  /** Somebody else's; it is left as it is. */
  | { readonly kind: "unmanaged" }
  | { readonly kind: "refused"; readonly message: string };

const SUFFIX = "-tekton";
const HOST_ANNOTATION = "tekton.dev/git-";
const LONGEST_NAME = 253;
const MOST_HOSTS = 32;

/** Name of the Secret that Tekton's credential initialization reads, made from the one that a job names. */
export function derivedGitSecretName(source: string): string {
  return `${source}${SUFFIX}`;
}

/**
 * A Git server as Tekton's annotations name it: `https://host[:port]` for passwords, `host[:port]` for ssh keys.
 * @see https://tekton.dev/docs/pipelines/auth/
 * @returns `undefined` for transports that take no credentials
 */
export function tektonHost(remote: {
  readonly scheme: "https" | "http" | "ssh" | "git";
  readonly host: string;
  readonly port: number;
}): string | undefined {
  const name = remote.host.includes(":") ? `[${remote.host}]` : remote.host;
  const usual = { https: 443, http: 80, ssh: 22, git: undefined }[remote.scheme];
  if (usual === undefined) return undefined;
  const authority = remote.port === usual ? name : `${name}:${remote.port}`;
  return remote.scheme === "ssh" ? authority : `${remote.scheme}://${authority}`;
}

/** Whether the operator made this Secret from that one. Others with such a name are their owners' alone. */
export function isDerivedFrom(secret: GitSecret, source: string): boolean {
  const { name, labels, annotations } = secret.metadata;
  return (
    name === derivedGitSecretName(source) &&
    labels?.["app.kubernetes.io/managed-by"] === OPERATOR_NAME &&
    annotations?.[ANNOTATION_DERIVED_FROM] === source
  );
}

/** Servers that a derived Secret is for, in the order of their annotations. */
export function hostsOf(secret: GitSecret): readonly string[] {
  return Object.entries(secret.metadata.annotations ?? {})
    .filter(([key]) => key.startsWith(HOST_ANNOTATION))
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, host]) => host);
}

/**
 * Keeps a derived Secret equal to its source. Pure: the same question always has the same answer, and the answer to what
 * it led to is `keep`.
 */
export function planDerivedGitSecret(question: DerivationQuestion): Derivation {
  const { source, existing } = question;
  const name = derivedGitSecretName(source.metadata.name);
  if (name.length > LONGEST_NAME) {
    return { kind: "refused", message: `the name of the Secret ${source.metadata.name} leaves no room for ${SUFFIX}` };
  }
  if (existing !== undefined && !isDerivedFrom(existing, source.metadata.name)) return { kind: "unmanaged" };
  const type = typeOf(question.credentials);
  if (existing !== undefined && existing.type !== type && question.servesBothTransports) {
    return {
      kind: "refused",
      message:
        `the Secret ${source.metadata.name} is used with https and with ssh, and ${name} can serve only one of them: ` +
        "use a Secret of its own for each",
    };
  }
  const before = existing?.type === type ? existing : undefined;
  const hosts = [...new Set([...(before === undefined ? [] : hostsOf(before)), ...question.hosts])];
  if (hosts.length > MOST_HOSTS) {
    return { kind: "refused", message: `the Secret ${name} would serve more than ${MOST_HOSTS} Git servers` };
  }
  const secret = derived(question, hosts);
  if (existing === undefined) return { kind: "create", secret };
  if (before === undefined) return { kind: "replace", secret };
  return isSame(before, secret) ? { kind: "keep" } : { kind: "update", secret };
}

function derived({ source, credentials }: DerivationQuestion, hosts: readonly string[]): GitSecret {
  const { name, namespace, uid = "", resourceVersion = "" } = source.metadata;
  return {
    metadata: {
      name: derivedGitSecretName(name),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { "app.kubernetes.io/managed-by": OPERATOR_NAME },
      annotations: {
        [ANNOTATION_DERIVED_FROM]: name,
        // Never a hash of the contents, against which passwords could be guessed.
        [ANNOTATION_SOURCE_VERSION]: `${uid}/${resourceVersion}`,
        ...Object.fromEntries(hosts.map((host, index) => [`${HOST_ANNOTATION}${index}`, host])),
      },
      ownerReferences: [{ apiVersion: "v1", kind: "Secret", name, uid }],
    },
    type: typeOf(credentials),
    data: dataOf(credentials),
  };
}

function typeOf({ kind }: DerivedCredentials): string {
  return kind === "password" ? "kubernetes.io/basic-auth" : "kubernetes.io/ssh-auth";
}

function dataOf(credentials: DerivedCredentials): Record<string, string> {
  const texts: Record<string, string> =
    credentials.kind === "password"
      ? { username: credentials.username, password: credentials.password }
      : { "ssh-privatekey": credentials.privateKey, known_hosts: credentials.knownHosts };
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]));
}

/**
 * Contents, servers and owner. The source's version alone is no reason to write: tools that refresh Secrets raise it
 * without changing anything.
 */
function isSame(now: GitSecret, wanted: GitSecret): boolean {
  const facts = (secret: GitSecret): string =>
    JSON.stringify([
      Object.entries(secret.data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
      hostsOf(secret),
      (secret.metadata.ownerReferences ?? []).map(({ kind, uid }) => `${kind}/${uid}`),
    ]);
  return facts(now) === facts(wanted);
}
