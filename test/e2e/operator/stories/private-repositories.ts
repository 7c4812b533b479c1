import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, aSecret, Bench, cells } from "../bench.js";
import { everythingSaid, spellings } from "../everything-said.js";
import { VISIBLE_MS, type World, type WorldRepository } from "../world.js";

const TOKEN = "s3cr3t-t0ken-of-the-team";

/** Credentials open repositories, and are found nowhere. */
export function tellOfPrivateRepositories(world: () => World): void {
  describe("a private repository", () => {
    let bench: Bench;
    let repository: WorldRepository;
    const job = (name: string, url: string, credentialsSecret?: string) =>
      aJob(name, {
        notebook: { git: { url, ref: "main", ...(credentialsSecret && { credentialsSecret }) }, path: "nb.ipynb" },
        podConfig: {
          containerImage: world().images.notebook,
          env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "team", key: "token" } } }],
        },
        retryPolicy: { enabled: false },
      });

    beforeAll(async () => {
      const { git } = world();
      bench = await Bench.in(world(), "private");
      repository = await git.repository({
        "nb.ipynb": cells(
          "import os\nprint('the token is', os.environ['TOKEN'])",
          "import subprocess\nprint(subprocess.run(['env'], capture_output=True, text=True).stdout)",
        ),
      });
      const { urls } = repository;
      await bench.apply(
        aSecret("team", { token: TOKEN }),
        aSecret("login", git.login, "kubernetes.io/basic-auth"),
        aSecret("wrong", { username: git.login.username, password: "wr0ng-password" }, "kubernetes.io/basic-auth"),
      );
      await bench.apply(
        job("https", urls.privateHttps, "login"),
        job("wrong", urls.privateHttps, "wrong"),
        job("none", urls.privateHttps),
        job("absent", urls.privateHttps, "nowhere"),
      );
      if (git.sshKey === undefined || urls.ssh === undefined) return;
      const { privateKey, knownHosts } = git.sshKey;
      const key = { "ssh-privatekey": privateKey, known_hosts: knownHosts };
      await bench.apply(
        aSecret("key", key, "kubernetes.io/ssh-auth"),
        aSecret("stranger", { "ssh-privatekey": privateKey }, "kubernetes.io/ssh-auth"),
        job("ssh", urls.ssh, "key"),
        job("untrusted", urls.ssh, "stranger"),
      );
    });

    test("is read by https with a password", async () => {
      const { status } = await bench.end("https");
      expect(status).toMatchObject({ phase: "Succeeded", source: { commit: repository.commit } });
    });

    test("is read by ssh with a key, from a host that is known", async () => {
      if (world().git.sshKey === undefined) return;
      expect((await bench.end("ssh")).status).toMatchObject({ phase: "Succeeded" });
      expect((await bench.end("untrusted")).status).toMatchObject({ phase: "Failed", reason: "GitUntrusted" });
    });

    test.each([
      ["the wrong password", "wrong", "GitAuthFailed"],
      ["no password at all", "none", "GitAuthFailed"],
      ["a Secret that is not there", "absent", "SecretMissing"],
    ])("with %s says so within seconds", async (_what, name, reason) => {
      const { status, metadata } = await bench.until(name, reason, (now) => now.reason === reason);
      const transition = status?.conditions?.find(({ type }) => type === "GitCloneComplete")?.lastTransitionTime ?? "";
      expect(Date.parse(transition) - Date.parse(metadata.creationTimestamp ?? "")).toBeLessThanOrEqual(VISIBLE_MS);
    });

    test("leaves no secret in pods, status, events and logs", async () => {
      const ssh = world().git.sshKey;
      await Promise.all(["https", "wrong", ...(ssh ? ["ssh"] : [])].map((name) => bench.end(name)));
      const said = await everythingSaid(bench);
      expect(said).toContain("the token is");
      const lines = ssh?.privateKey.split("\n").filter((line) => line.length > 20 && !line.startsWith("---")) ?? [];
      const secrets = [TOKEN, world().git.login.password, "wr0ng-password", ...lines];
      const found = secrets.filter((secret) => spellings(secret).some((spelling) => said.includes(spelling)));
      expect(found).toEqual([]);
    });
  });
}
