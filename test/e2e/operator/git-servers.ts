import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type GitHttpServer, startGitHttpServer } from "../../source/git-http-server.js";
import { makeRepository } from "../../source/git-repository.js";
import { type GitSshServer, hasSshd, startGitSshServer } from "../../source/git-ssh-server.js";
import type { GitWorld, WorldRepository } from "./world.js";

const run = promisify(execFile);
const LOGIN = { username: "ada", password: "c0rrect-horse-battery-staple" };

/** Git servers of a world: http, https, https with a password, ssh. All serve the same repositories. */
export interface GitServers extends GitWorld {
  close(): Promise<void>;
}

/**
 * Starts them on one address.
 * @param directory private, made if need be; the repositories are below it
 * @param address where operator and pods reach them
 */
export async function startGitServers(directory: string, address = "127.0.0.1"): Promise<GitServers> {
  const root = join(directory, "repositories");
  await mkdir(root, { recursive: true });
  const { authority, tls } = await issueCertificate(join(directory, "tls"), address);
  const servers: (GitHttpServer | GitSshServer)[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  };
  const started = async <T extends GitHttpServer | GitSshServer>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  try {
    const http = await started(startGitHttpServer({ root, address }));
    const https = await started(startGitHttpServer({ root, address, tls }));
    const closed = await started(startGitHttpServer({ root, address, tls, login: LOGIN }));
    const ssh = hasSshd() ? await started(startGitSshServer(join(directory, "sshd"), address)) : undefined;
    let count = 0;
    return {
      authority,
      login: LOGIN,
      ...(ssh === undefined ? {} : { sshKey: { privateKey: ssh.privateKey, knownHosts: ssh.knownHosts } }),
      close,
      async repository(files) {
        count += 1;
        const name = `repository-${count}`;
        const made = makeRepository(join(root, name));
        const commit = made.commit(files);
        const repository: WorldRepository = {
          commit,
          directory: made.directory,
          git: (...args) => made.git(...args),
          change: async (changed) => made.commit(changed),
          urls: {
            http: `${http.base}/${name}`,
            https: `${https.base}/${name}`,
            privateHttps: `${closed.base}/${name}`,
            ...(ssh === undefined ? {} : { ssh: `ssh://${ssh.user}@${address}:${ssh.port}${made.directory}` }),
          },
        };
        return repository;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A certificate for one IP address, and the authority that signed it. */
async function issueCertificate(
  directory: string,
  address: string,
): Promise<{ authority: string; tls: { cert: Buffer; key: Buffer } }> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const openssl = (...words: string[]) => run("openssl", words, { cwd: directory });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    ...["req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2"],
    ...["-subj", "/CN=git-servers"],
  );
  await openssl("req", ...newKey, "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=git");
  await writeFile(join(directory, "tls.ext"), `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth\n`);
  await openssl(
    ...["x509", "-req", "-in", "tls.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", "2", "-days", "2"],
    ...["-extfile", "tls.ext", "-out", "tls.crt"],
  );
  const read = (name: string) => readFile(join(directory, name));
  return {
    authority: (await read("ca.crt")).toString(),
    tls: { cert: await read("tls.crt"), key: await read("tls.key") },
  };
}
