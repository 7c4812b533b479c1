import { access, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";

/** Where distributions keep the certificates that they trust. */
const SYSTEM_FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * Writes a file with the system's certificates and `caBundle`, since Git takes one file only.
 * @param caBundle PEM
 * @param environment `GIT_SSL_CAINFO` and `SSL_CERT_FILE` name the system's certificates before anything else does
 * @returns the file's path, in a new directory of its own
 */
export async function trustedAuthorities(caBundle: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "nbv-authorities-"));
  const file = join(directory, "ca.crt");
  await writeFile(file, `${(await systemAuthorities(environment)).trimEnd()}\n${caBundle.trim()}\n`, { mode: 0o644 });
  return file;
}

async function systemAuthorities({ GIT_SSL_CAINFO, SSL_CERT_FILE }: NodeJS.ProcessEnv): Promise<string> {
  for (const file of [GIT_SSL_CAINFO, SSL_CERT_FILE, ...SYSTEM_FILES]) {
    if (file === undefined || file === "") continue;
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return await readFile(file, "utf8");
  }
  return rootCertificates.join("\n");
}
