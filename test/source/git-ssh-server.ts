import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";

/** A real sshd on a loopback port that lets one key run git. */
export interface GitSshServer {
  readonly port: number;
  readonly user: string;
  /** Private key that may log in. */
  readonly privateKey: string;
  /** `known_hosts` line of this server. */
  readonly knownHosts: string;
  close(): Promise<void>;
}

const SSHD = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find(existsSync);

/** Whether sshd is installed. Under CI it must be. */
export function hasSshd(): boolean {
  if (SSHD !== undefined) return true;
  if (process.env.CI === "true") throw new Error("sshd is not installed (package openssh-server), but CI=true");
  process.stderr.write(
    "sshd is not installed (package openssh-server): the tests with a real ssh server are SKIPPED\n",
  );
  return false;
}

/**
 * Starts sshd as the current user, with keys of its own below `directory`.
 * @param address IP address to listen on
 */
export async function startGitSshServer(directory: string, address = "127.0.0.1"): Promise<GitSshServer> {
  if (SSHD === undefined) throw new Error("sshd is not installed");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(directory, name);
  for (const name of ["host", "client"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file(name)]);
  }
  writeFileSync(file("authorized_keys"), readFileSync(file("client.pub")), { mode: 0o600 });
  const port = await freePort(address);
  // sshd as root wants its privilege separation directory.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  writeFileSync(
    file("sshd_config"),
    [
      `Port ${port}`,
      `ListenAddress ${address}`,
      `HostKey ${file("host")}`,
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      `PidFile ${file("pid")}`,
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "",
    ].join("\n"),
  );
  // The kernel ends it even when this process is killed without a chance to clean up.
  const leash = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : [];
  const [command = SSHD, ...words] = [...leash, SSHD, "-D", "-e", "-f", file("sshd_config")];
  const child = spawn(command, words, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  await untilListening(port, address, () => `sshd did not start: ${log}`);
  const [type = "", key = ""] = readFileSync(file("host.pub"), "utf8").split(" ");
  return {
    port,
    user: userInfo().username,
    privateKey: readFileSync(file("client"), "utf8"),
    knownHosts: `[${address}]:${port} ${type} ${key}`,
    close: () =>
      new Promise((resolve) => {
        child.once("close", () => resolve());
        child.kill();
      }),
  };
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, address, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(port: number, address: string, complain: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, address);
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(complain());
}
