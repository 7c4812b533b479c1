import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { eventually } from "../eventually.js";
import { type NodeWorld, REGISTRY } from "../node-world.js";
import { runCommand } from "../run-command.js";

const MIB = 1024 ** 2;
const MANIFESTS = join(import.meta.dirname, "../../../../dist/manifests");

/** The image, the Deployment and what is around them, as `dist/manifests` installs them. */
export function tellOfTheInstallation(world: () => NodeWorld): void {
  describe("the operator as it is installed", () => {
    test("its image adds less than 200 MiB to its base, and no build tools", async () => {
      const image = await operatorImage(world());
      const [own, base] = await Promise.all([layersOf(image), layersOf("node:20")]);
      const added = own.filter(({ digest }) => !base.some((layer) => layer.digest === digest));
      expect(added.length).toBeGreaterThan(0);
      const bytes = added.reduce((sum, { size }) => sum + size, 0);
      process.stdout.write(`        ${(bytes / MIB).toFixed(1)} MiB over its base, compressed\n`);
      expect(bytes).toBeLessThan(200 * MIB);
      const [pod] = await world().operators.pods();
      const tools = await world().kubectl([
        "exec",
        "-n",
        world().systemNamespace,
        pod?.metadata.name ?? "",
        "--",
        "sh",
        "-c",
        "ls /app; command -v npm tsc",
      ]);
      expect(
        tools.stdout
          .split("\n")
          .filter((line) => line !== "")
          .sort(),
      ).toEqual(["LICENSE", "chunks", "nbv.js", "package.json", "passwd", "runner"].sort());
    });

    test("answers /healthz less than 2 s after its process began", async () => {
      const { operators, containers } = world();
      const times: number[] = [];
      for (let start = 0; start < 3; start += 1) {
        await operators.scale(0);
        await operators.scale(1);
        const { pod } = await eventually("a leader", 60_000, () => operators.leadingPod());
        const said = (await operators.logs()).split("\n").filter((line) => line.includes('"serving health"'));
        const servedAt = Date.parse((JSON.parse(said.at(-1) ?? "{}") as { time: string }).time);
        times.push(servedAt - (await containers.startOf(pod, "operator")));
        expect((await fetch(`http://${pod.status?.podIP}:8081/healthz`)).status).toBe(200);
        expect((await fetch(`http://${pod.status?.podIP}:8081/readyz`)).status).toBe(200);
      }
      // The fastest: other pods share two cores.
      expect(Math.min(...times)).toBeLessThan(2_000);
      process.stdout.write(`        /healthz after ${times.join(", ")} ms\n`);
    });

    test("serves its metrics by TLS to those who may read them, and to nobody else", async () => {
      const { systemNamespace } = world();
      const jsonPath = async (...args: string[]) =>
        (await world().kubectl(["get", "-n", systemNamespace, ...args.slice(0, 1), `-o=jsonpath=${args[1]}`])).stdout;
      const address = await jsonPath("service/notebook-validator-metrics", "{.spec.clusterIP}");
      const encoded = await jsonPath("secret/notebook-validator-metrics-reader-token", "{.data.token}");
      const reader = Buffer.from(encoded, "base64").toString();
      const stranger = (await world().kubectl(["create", "token", "default", "-n", systemNamespace])).stdout.trim();
      const ask = async (token?: string) => {
        const words = ["curl", "-sk", "--max-time", "10", "-w", "\n%{http_code}", `https://${address}:8443/metrics`];
        const { stdout } = await runCommand([
          ...words,
          ...(token === undefined ? [] : ["-H", `Authorization: Bearer ${token}`]),
        ]);
        return { code: stdout.slice(-3), text: stdout.slice(0, -4) };
      };
      // The Service reaches a pod that has just started only when kube-proxy has heard of it.
      const answered = await eventually("an answer through the Service", 60_000, async () => {
        const answer = await ask();
        return answer.code === "000" ? undefined : answer;
      });
      expect(answered.code).toBe("401");
      expect((await ask("nonsense")).code).toBe("401");
      expect((await ask(stranger)).code).toBe("403");
      const metrics = await eventually("metrics of a leader", 20_000, async () => {
        const answer = await ask(reader);
        return answer.code === "200" ? answer.text : undefined;
      });
      expect(metrics).toMatch(/^# TYPE notebook_\S+ /m);
      expect(metrics).not.toMatch(/bearer|password/i);
    });

    test("applied once more, the webhook keeps the authority that the operator wrote into it", async () => {
      const file = join(MANIFESTS, await manifestOf("ValidatingWebhookConfiguration"));
      const { code, stdout } = await world().kubectl(["apply", "--dry-run=server", "-o", "json", `--filename=${file}`]);
      expect(code).toBe(0);
      const list = JSON.parse(stdout) as {
        items: { kind: string; webhooks?: { clientConfig: { caBundle?: string } }[] }[];
      };
      const webhook = list.items.find(({ kind }) => kind === "ValidatingWebhookConfiguration");
      expect(webhook?.webhooks?.map(({ clientConfig }) => (clientConfig.caBundle ?? "").length > 100)).toEqual([true]);
    });
  });
}

async function manifestOf(kind: string): Promise<string> {
  for (const name of await readdir(MANIFESTS)) {
    if (!name.endsWith(".yaml")) continue;
    const documents = parseAllDocuments(await readFile(join(MANIFESTS, name), "utf8"));
    if (documents.some((document) => document.get("kind") === kind)) return name;
  }
  throw new Error(`dist/manifests has no ${kind}`);
}

/** `operator:1a2b`, without the registry. */
async function operatorImage({ operators }: NodeWorld): Promise<string> {
  const [pod] = await operators.pods();
  return pod?.spec?.containers[0]?.image?.replace(`${REGISTRY}/`, "") ?? "";
}

interface Layer {
  readonly digest: string;
  /** Bytes, compressed. */
  readonly size: number;
}

async function layersOf(image: string): Promise<Layer[]> {
  const [name = "", tag = ""] = image.split(":");
  const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
  const answer = await fetch(`http://${REGISTRY}/v2/${name}/manifests/${tag}`, { headers: { accept } });
  return ((await answer.json()) as { layers: Layer[] }).layers;
}
