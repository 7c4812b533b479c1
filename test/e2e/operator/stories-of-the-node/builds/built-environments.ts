import { beforeAll, describe, expect, test } from "@jest/globals";
import { aSecret, cells, condition } from "../../bench.js";
import {
  aBuildJob,
  aRegistrySecret,
  BUILT_MS,
  BuildBench,
  bytesOver,
  imageAt,
  intoPrivateRegistry,
  stockImage,
} from "../../build-bench.js";
import { type NodeWorld, PRIVATE_REGISTRY, REGISTRY } from "../../node-world.js";
import type { WorldRepository } from "../../world.js";

const GREETING = "def greet(name):\n    return f'hello {name}'\n";
const NOTEBOOK = cells("import nbv_greeting\nprint(nbv_greeting.greet('image'))");
const LISTING = cells("import os\nprint('copied:', *sorted(os.listdir('/all/ignoring')))");
const DIGEST = /@(sha256:[0-9a-f]{64})$/;

/** From a repository to the image that its notebook runs on. */
export function tellOfBuiltEnvironments(world: () => NodeWorld): void {
  describe("an environment that comes from the repository", () => {
    let bench: BuildBench;
    let repository: WorldRepository;

    beforeAll(async () => {
      const { git, packages } = world();
      bench = await BuildBench.of(world(), "built");
      await packages.make("nbv-greeting", "1.0", { module: GREETING });
      const requirements = `nbv-greeting==1.0\nipykernel==${packages.versionOf("ipykernel")}\n`;
      repository = await git.repository({
        "nb.ipynb": NOTEBOOK,
        "other.ipynb": NOTEBOOK,
        "requirements.txt": "nbv-greeting==1.0\n",
        "locked/nb.ipynb": NOTEBOOK,
        "locked/requirements.txt": `${await packages.lockOf("nbv-greeting")}\n`,
        "https/nb.ipynb": NOTEBOOK,
        "https/requirements.txt": `# by https\n${requirements}`,
        "ssh/nb.ipynb": NOTEBOOK,
        "ssh/requirements.txt": `# by ssh\n${requirements}`,
        ".dockerignore": "**/kept.txt\n",
        "ignoring/Dockerfile": `FROM ${REGISTRY}/kernel:3\nCOPY . /all\n`,
        "ignoring/Dockerfile.dockerignore": "**/*.ipynb\n**/Dockerfile*\n**/hidden.txt\n",
        "ignoring/hidden.txt": "1",
        "ignoring/kept.txt": "1",
        "ignoring/nb.ipynb": LISTING,
      });
      const baseImage = `${REGISTRY}/python:3`;
      await bench.apply(
        aBuildJob("first", repository, { baseImage }),
        aBuildJob("second", repository, { baseImage }, { path: "other.ipynb" }),
        aBuildJob("locked", repository, { verifyHashes: true }, { path: "locked/nb.ipynb" }),
        aSecret("login", git.login, "kubernetes.io/basic-auth"),
        aRegistrySecret("registry-login"),
        aBuildJob(
          "private",
          repository,
          { ...intoPrivateRegistry("greeter"), pushSecret: "registry-login" },
          { podConfig: { imagePullSecrets: [{ name: "registry-login" }] } },
        ),
      );
      const from = (url: string | undefined, credentialsSecret: string) => ({ git: { url, credentialsSecret } });
      await bench.apply(
        aBuildJob("https", repository, {}, { path: "https/nb.ipynb", ...from(repository.urls.privateHttps, "login") }),
      );
      if (git.sshKey === undefined) return;
      const { privateKey, knownHosts } = git.sshKey;
      await bench.apply(
        aSecret("key", { "ssh-privatekey": privateKey, known_hosts: knownHosts }, "kubernetes.io/ssh-auth"),
        aBuildJob("ssh", repository, {}, { path: "ssh/nb.ipynb", ...from(repository.urls.ssh, "key") }),
      );
    });

    test("is fetched, built, pushed, and what the notebook runs on is that very digest", async () => {
      const { status } = await bench.end("first", BUILT_MS);
      expect(status).toMatchObject({
        phase: "Succeeded",
        verdict: expect.stringMatching(/^Passed/),
        source: { commit: repository.commit, environmentSource: { kind: "requirements", path: "requirements.txt" } },
        buildStatus: { phase: "Complete", strategy: "tekton" },
        buildRetryCount: 0,
      });
      expect(condition(status, "BuildComplete")).toMatch(/^True /);
      expect(status?.results?.at(-1)?.output).toContain("hello image");
      const { imageDigest = "", imageReference = "" } = status?.buildStatus ?? {};
      const [, digest] = DIGEST.exec(imageDigest) ?? [];
      const image = await imageAt(imageReference);
      expect(image?.digest).toBe(digest);
      expect(image?.labels["mlops.dev/environment-digest"]).toBe(status?.environmentDigest);
      expect(image?.user).not.toMatch(/^(?:0|root)?$/);
      const pod = (await bench.pods()).find(({ metadata }) => metadata.name === status?.validationPodName);
      expect(pod?.spec?.containers[0]?.image).toBe(imageDigest);
      expect(pod?.status?.containerStatuses?.[0]?.imageID).toContain(digest);
      const run = await bench.buildOf(status);
      await bench.record("succeeded", run);
      expect(Date.parse(pod?.metadata.creationTimestamp ?? "")).toBeGreaterThanOrEqual(
        Date.parse(run.status?.completionTime ?? ""),
      );
    });

    test("is built once for two jobs that want it in the same second", async () => {
      const [first, second] = await Promise.all([bench.end("first", BUILT_MS), bench.end("second", BUILT_MS)]);
      expect(second.status).toMatchObject({ phase: "Succeeded" });
      expect(second.status?.buildStatus?.imageDigest).toBe(first.status?.buildStatus?.imageDigest);
      const build = await bench.buildOf(first.status);
      expect(second.status?.buildStatus?.buildName).toBe(build.metadata.name);
      const owners = build.metadata.ownerReferences ?? [];
      expect(owners.map(({ name }) => name).sort()).toEqual(["first", "second"]);
      expect(owners.filter(({ controller }) => controller === true)).toEqual([]);
    });

    test("is not built again when only notebooks change, however often", async () => {
      const { status: before } = await bench.end("first", BUILT_MS);
      for (const round of [1, 2]) {
        await repository.change({ "nb.ipynb": cells("import nbv_greeting", `print('round ${round}')`) });
        await bench.apply(aBuildJob(`round-${round}`, repository, { baseImage: `${REGISTRY}/python:3` }));
        const { status } = await bench.end(`round-${round}`);
        expect(status).toMatchObject({ phase: "Succeeded", buildStatus: { phase: "Complete", reused: true } });
        expect(status?.buildStatus?.imageDigest).toBe(before?.buildStatus?.imageDigest);
        expect(status?.results?.at(-1)?.output).toContain(`round ${round}`);
      }
      const digests = await bench.kubectl([
        "get",
        "pipelineruns",
        "-o",
        `jsonpath={range .items[*]}{.metadata.annotations.mlops\\.dev/environment-digest}{"\\n"}{end}`,
      ]);
      expect(digests.stdout.split("\n").filter((line) => line === before?.environmentDigest)).toHaveLength(1);
    });

    test("has what the Dockerfile's own ignore file leaves, and is not built again for the rest", async () => {
      const job = (name: string) =>
        aBuildJob(name, repository, { preferDockerfile: true }, { path: "ignoring/nb.ipynb" });
      await bench.apply(job("ignoring"));
      const { status: before } = await bench.end("ignoring", BUILT_MS);
      expect(before).toMatchObject({ phase: "Succeeded", buildStatus: { phase: "Complete" } });
      expect(before?.results?.at(-1)?.output).toMatch(/copied: kept\.txt$/m);
      await repository.change({ "ignoring/hidden.txt": "2" });
      await bench.apply(job("ignoring-more"));
      const { status } = await bench.end("ignoring-more", BUILT_MS);
      expect(status).toMatchObject({ phase: "Succeeded", buildStatus: { phase: "Complete", reused: true } });
      expect(status?.buildStatus?.imageDigest).toBe(before?.buildStatus?.imageDigest);
    });

    test("adds to its base what pip installed, and little else", async () => {
      const { status } = await bench.end("locked", BUILT_MS);
      expect(status).toMatchObject({ phase: "Succeeded" });
      const image = await imageAt(status?.buildStatus?.imageReference ?? "");
      if (image === undefined) throw new Error("the registry does not have it");
      // One module of two lines: what is more are the package lists that pip writes, and directories on the way.
      expect(bytesOver(image, await stockImage("kernel:3"))).toBeLessThan(64 * 1024);
    });

    test("goes to a registry that asks for a login, and is pulled from there", async () => {
      const { status } = await bench.end("private", BUILT_MS);
      expect(status).toMatchObject({ phase: "Succeeded", buildStatus: { phase: "Complete" } });
      expect(status?.buildStatus?.recommendedImage).toMatch(new RegExp(`^${PRIVATE_REGISTRY}/team/greeter@sha256:`));
    });

    test("comes from private repositories by https and by ssh", async () => {
      for (const name of ["https", ...(world().git.sshKey === undefined ? [] : ["ssh"])]) {
        const { status } = await bench.end(name, BUILT_MS);
        expect({ name, ...status }).toMatchObject({ name, phase: "Succeeded", buildStatus: { phase: "Complete" } });
        expect((await bench.buildOf(status)).status?.conditions?.[0]).toMatchObject({ status: "True" });
      }
    });
  });
}
