import { beforeEach, describe, expect, test } from "@jest/globals";
import { type Cluster, type LogOptions, LogPosition } from "../../src/kube/index.js";
import { aPod, type ClusterUnderTest, failure, freshNamespace, PODS } from "./cluster-under-test.js";

/** The logs of pods that a node has. */
export function logsContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
    await cluster.create(PODS, aPod(namespace, "a", { nodeName: given().nodeName }));
  });

  const pod = (): string => `${namespace}/a`;
  const write = (text: string): void => given().logs.write(pod(), text);
  const open = (options: Partial<LogOptions> = {}): AsyncIterable<Uint8Array> =>
    cluster.logs({ namespace, name: "a" }, { container: "main", ...options });
  const read = async (options: Partial<LogOptions> = {}): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of open(options)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  describe("logs of a pod on a node", () => {
    test("are a BadRequest while the container has not started", async () => {
      expect(await failure(read())).toMatchObject({ reason: "BadRequest" });
      expect(await failure(read({ follow: true }))).toMatchObject({ reason: "BadRequest" });
    });

    test("are what was written so far", async () => {
      write("one\n");
      write("two ü");
      expect(await read()).toBe("one\ntwo ü");
    });

    test("are followed until the container ends", async () => {
      write("one\n");
      const whole = read({ follow: true });
      await new Promise((resolve) => setTimeout(resolve, 100));
      write("tw");
      write("o\n\nthree");
      given().logs.end(pod());
      expect(await whole).toBe("one\ntwo\n\nthree");
    });

    test("come while they are written, not only by whole lines", async () => {
      write("50 %");
      for await (const chunk of open({ follow: true })) {
        expect(Buffer.from(chunk).toString()).toBe("50 %");
        break;
      }
    });

    test("end normally for a reader that gives up", async () => {
      write("one\n");
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 200);
      expect(await read({ follow: true, signal: stop.signal })).toBe("one\n");
    });

    test("go on where an earlier reading stopped", async () => {
      const position = new LogPosition();
      write("one\ntw");
      expect(await read({ position })).toBe("one\ntw");
      write("o\nthree\n");
      expect(await read({ position })).toBe("o\nthree\n");
      write("four\n");
      given().logs.end(pod());
      expect(await read({ position, follow: true })).toBe("four\n");
      expect(position.bytes).toBe("one\ntwo\nthree\nfour\n".length);
    });
  });
}
