/**
 * The kernel that the runner talks to, for environments that have none. The newest release of each line that a Python
 * still gets: ipykernel 7 needs Python 3.10.
 */
export const KERNEL_REQUIREMENTS = [
  "ipykernel==7.4.0; python_version >= '3.10'",
  "ipykernel==6.31.0; python_version < '3.10'",
] as const;

/** How the install layer is made. */
export interface InstallOptions {
  /** End with `pip check`. */
  readonly checksConflicts: boolean;
  /** Packages without a hash must not be added. */
  readonly demandsHashes: boolean;
}

const PREPARE = [
  // Root's group is the one that OpenShift's arbitrary users are in: they may change what is installed, too.
  "umask 002",
  // Nothing that pip keeps for later belongs into the layer. Debian and others mark their Python as theirs alone; in an
  // image there is nobody else. Older pips ignore settings that they don't know.
  "export PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_BREAK_SYSTEM_PACKAGES=1",
  'cd "$1"',
  "shift",
  'python3 -m pip install "$@"',
];

const HAS_KERNEL = "python3 -I -c 'import ipykernel, jupyter_client, zmq' 2>/dev/null";

const REFUSE_KERNEL = [
  'echo "nbv: the environment has no ipykernel, and nothing may be added without a hash: add it to the requirements and lock them again" >&2',
  "exit 1",
];

/** What is installed already stays as it is: its versions bind the kernel's dependencies. */
const ADD_KERNEL = [
  'echo "nbv: adding ipykernel, which the requirements do not name"',
  "installed=$(mktemp)",
  'python3 -m pip list --format=freeze > "$installed"',
  `python3 -m pip install --constraint "$installed" ${KERNEL_REQUIREMENTS.map((each) => `"${each}"`).join(" ")}`,
  'rm "$installed"',
];

/**
 * Arguments of the `RUN` that installs, in its JSON form: a fixed script for `sh`, the directory to work in, and pip's
 * arguments. Nothing of the repository or the job becomes part of the script.
 */
export function installCommand(
  workingDirectory: string,
  pipArguments: readonly string[],
  options: InstallOptions,
): string[] {
  const kernel = options.demandsHashes ? REFUSE_KERNEL : ADD_KERNEL;
  const lines = [
    ...PREPARE,
    `if ! ${HAS_KERNEL}; then`,
    ...kernel.map((line) => `  ${line}`),
    "fi",
    ...(options.checksConflicts ? ["python3 -m pip check"] : []),
  ];
  return ["/bin/sh", "-ec", lines.join("\n"), "install", workingDirectory, ...pipArguments];
}
