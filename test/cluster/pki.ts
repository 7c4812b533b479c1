import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Files of a throw-away public-key infrastructure. */
export interface Pki {
  readonly authority: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  readonly adminCertificate: string;
  readonly adminKey: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
}

const run = promisify(execFile);

/** Makes a certificate authority, a serving certificate for loopback and an administrator's client certificate, with openssl. */
export async function createPki(directory: string): Promise<Pki> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(directory, name);
  const openssl = async (...words: readonly string[]): Promise<void> => {
    await run("openssl", words, { cwd: directory });
  };
  const key = (name: string): Promise<void> =>
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file(`${name}.key`));
  await Promise.all([...["ca", "apiserver", "admin"].map(key), openssl("genrsa", "-out", file("sa.key"), "2048")]);
  await openssl(
    ...["req", "-x509", "-new", "-key", file("ca.key"), "-subj", "/CN=test-ca", "-days", "2", "-out", file("ca.crt")],
  );
  const certify = async (name: string, subject: string, serial: number, extensions: string): Promise<void> => {
    await openssl("req", "-new", "-key", file(`${name}.key`), "-subj", subject, "-out", file(`${name}.csr`));
    await writeFile(file(`${name}.ext`), `keyUsage=digitalSignature,keyEncipherment\n${extensions}\n`);
    await openssl(
      ...["x509", "-req", "-in", file(`${name}.csr`), "-CA", file("ca.crt"), "-CAkey", file("ca.key")],
      ...["-set_serial", String(serial), "-days", "2", "-extfile", file(`${name}.ext`), "-out", file(`${name}.crt`)],
    );
  };
  const names = "DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1";
  await Promise.all([
    certify("apiserver", "/CN=kube-apiserver", 2, `extendedKeyUsage=serverAuth\nsubjectAltName=${names}`),
    certify("admin", "/O=system:masters/CN=admin", 3, "extendedKeyUsage=clientAuth"),
    openssl("rsa", "-in", file("sa.key"), "-pubout", "-out", file("sa.pub")),
  ]);
  return {
    authority: file("ca.crt"),
    serverCertificate: file("apiserver.crt"),
    serverKey: file("apiserver.key"),
    adminCertificate: file("admin.crt"),
    adminKey: file("admin.key"),
    serviceAccountKey: file("sa.key"),
    serviceAccountPublicKey: file("sa.pub"),
  };
}
