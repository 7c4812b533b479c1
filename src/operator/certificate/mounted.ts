import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../api/user-error.js";
import type { CertificateSource, CertificateUse } from "./certificate-source.js";
import type { KeyPair } from "./issue-certificate.js";

/** Time between two looks at the files, milliseconds. The kubelet needs about a minute to bring a change. */
const LOOK_MS = 10_000;

/** Certificates that somebody else issues (cert-manager, OpenShift, people), as files that the kubelet keeps up to date. */
export class Mounted implements CertificateSource {
  readonly #directory: string;
  readonly #uses: readonly CertificateUse[];

  /** @param directory holds one directory per use, with `tls.crt` and `tls.key` */
  constructor(directory: string, uses: readonly CertificateUse[]) {
    this.#directory = directory;
    this.#uses = uses;
  }

  async look(serve: (use: CertificateUse, pair: KeyPair) => void): Promise<number> {
    const missing: string[] = [];
    let unfit: Error | undefined;
    for (const use of this.#uses) {
      const directory = join(this.#directory, use);
      const pair = await readPair(directory);
      if (pair === undefined) {
        missing.push(`${directory}/{tls.crt,tls.key}`);
        continue;
      }
      try {
        serve(use, pair);
      } catch (error) {
        unfit ??= error as Error;
      }
    }
    if (missing.length > 0) {
      const fix = "let its issuer make the Secret that is mounted there";
      throw new UserError({ what: "a certificate is missing", where: missing, fix });
    }
    if (unfit !== undefined) throw unfit;
    return LOOK_MS;
  }
}

async function readPair(directory: string): Promise<KeyPair | undefined> {
  try {
    const [cert, key] = await Promise.all(
      ["tls.crt", "tls.key"].map((file) => readFile(join(directory, file), "latin1")),
    );
    return cert === undefined || key === undefined ? undefined : { cert, key };
  } catch {
    return undefined;
  }
}
