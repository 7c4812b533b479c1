import type { BuildSettings } from "./build-strategy.js";

/** Options of the fetch that hold for every repository: what the operator's configuration lets Git do. */
export function fetcherArguments({ allowLoopback, plainHttpCredentialHosts }: BuildSettings): string[] {
  return [
    ...(allowLoopback ? ["--allow-loopback"] : []),
    ...plainHttpCredentialHosts.map((host) => `--allow-plain-http=${host}`),
  ];
}
