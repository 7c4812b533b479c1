import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { issueCertificate } from "../../../src/operator/certificate/issue-certificate.js";
import { CertificateWorld } from "./a-certificate.js";
import { Greeter } from "./handshake.js";

let world: CertificateWorld;
let directory: string;
let calls: number;
let generation = 0;

beforeEach(async () => {
  calls = 0;
  directory = await mkdtemp(join(tmpdir(), "certificates-"));
  world = await CertificateWorld.start({
    intercept: (call, proceed) => {
      if (call.verb !== "create") calls++;
      return proceed();
    },
  });
});
afterEach(async () => {
  world.stop();
  await rm(directory, { recursive: true });
});

const issued = () => issueCertificate(["nbv.example.svc"], Date.now());

/** As the kubelet does it: a directory of its own for each version, and one link that is moved. */
async function mount(use: string, files: Record<string, string>): Promise<void> {
  const version = `..v${generation++}`;
  const at = join(directory, use);
  await mkdir(join(at, version), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(at, version, name), text);
    await symlink(join("..data", name), join(at, name)).catch(() => undefined);
  }
  await symlink(version, join(at, "..new"));
  await rename(join(at, "..new"), join(at, "..data"));
}

describe("certificates that others issue into files", () => {
  test("are served, and nothing is asked of the API server", async () => {
    const { cert, key, authority } = await issued();
    await mount("webhook", { "tls.crt": cert, "tls.key": key });
    await mount("metrics", { "tls.crt": cert, "tls.key": key });
    const replica = await world.replica({ directory });
    const greeter = await Greeter.start(replica.tlsOptions("metrics"));
    expect(await greeter.greet(authority, "nbv.example.svc")).toBe("authorized");
    await greeter.stop();
    await world.pass(60_000);
    expect(calls).toBe(0);
    expect(world.warnings()).toEqual([]);
  });

  test("are read again within seconds after they change", async () => {
    const [first, second] = [await issued(), await issued()];
    await mount("webhook", { "tls.crt": first.cert, "tls.key": first.key });
    const replica = await world.replica({ directory, uses: ["webhook"] });
    const greeter = await Greeter.start(replica.tlsOptions("webhook"));
    replica.onChange(() => greeter.use(replica.tlsOptions("webhook") ?? {}));
    await mount("webhook", { "tls.crt": second.cert, "tls.key": second.key });
    await world.pass(11_000);
    expect(await greeter.greet(second.authority, "nbv.example.svc")).toBe("authorized");
    expect(await greeter.greet(first.authority, "nbv.example.svc")).not.toBe("authorized");
    await greeter.stop();
  });

  test("are waited for, with one clear word about where they are missed", async () => {
    const replica = await world.replica({ directory, uses: ["webhook"] });
    expect(replica.current("webhook")).toBeUndefined();
    await world.pass(5 * 60_000);
    expect(world.warnings()).toEqual([expect.stringContaining(`${directory}/webhook/{tls.crt,tls.key}`)]);
    const { cert, key } = await issued();
    await mount("webhook", { "tls.crt": cert, "tls.key": key });
    await world.pass(61_000);
    expect(replica.current("webhook")).toEqual({ cert, key });
  });

  test("that don't fit together leave the last good ones in place, and the other use alone", async () => {
    const [good, other] = [await issued(), await issued()];
    await mount("webhook", { "tls.crt": good.cert, "tls.key": good.key });
    await mount("metrics", { "tls.crt": good.cert, "tls.key": good.key });
    const replica = await world.replica({ directory });
    await mount("webhook", { "tls.crt": good.cert, "tls.key": other.key });
    await mount("metrics", { "tls.crt": other.cert, "tls.key": other.key });
    await world.pass(11_000);
    expect(replica.current("webhook")?.key).toBe(good.key);
    expect(replica.current("metrics")?.key).toBe(other.key);
    expect(world.warnings()).toEqual([expect.stringContaining("the webhook certificate can't be served")]);
  });
});
