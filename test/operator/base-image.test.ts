import { describe, expect, test } from "@jest/globals";
import { KubeError } from "../../src/kube/kube-error.js";
import { type FoundImage, RegistryError } from "../../src/operator/image-registry.js";
import { anEnvironmentDesk, baseDigest, readOf, request } from "./an-environment-desk.js";

describe("a base image", () => {
  /** A registry that says what it is told to. */
  function withBase(answers: (string | undefined | Error)[], secret?: () => Promise<Record<string, string>>) {
    const asked: unknown[] = [];
    const made = anEnvironmentDesk({
      registry: {
        digestOf: (_image, access) => {
          asked.push(access.secrets);
          const answer = answers.shift();
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
        },
        find: () => Promise.resolve(undefined),
        tag: () => Promise.reject(new Error("not asked")),
      },
      ...(secret && { readSecret: secret }),
    });
    return { ...made, asked };
  }

  test("tells who it runs as, also when it is named by digest; a registry that can't say it keeps nobody waiting", async () => {
    const baseOf = async (baseImage: string, found: () => Promise<FoundImage | undefined>) => {
      const registry = {
        digestOf: () => Promise.resolve(baseDigest),
        find: found,
        tag: () => Promise.reject(new Error("not asked")),
      };
      const { desk, clock, errors } = anEnvironmentDesk({ registry });
      desk.ask("job", "1", { ...request(), baseImage });
      await clock.settle();
      expect(errors).toEqual([]);
      return readOf(desk.look("job", "1")).question.base;
    };
    const image = { digest: baseDigest, labels: {} };
    const reference = "quay.io/base:1";
    const base = { reference, digest: baseDigest };
    expect(await baseOf(reference, () => Promise.resolve({ ...image, user: "185" }))).toEqual({ ...base, user: "185" });
    expect(await baseOf(reference, () => Promise.resolve(image))).toEqual({ ...base, user: "" });
    expect(await baseOf(reference, () => Promise.reject(new RegistryError("invalid", "no image")))).toEqual(base);
    const named = `quay.io/base@${baseDigest}`;
    expect(await baseOf(named, () => Promise.resolve({ ...image, user: "185" }))).toEqual({
      reference: named,
      digest: baseDigest,
      user: "185",
    });
    expect(await baseOf(named, () => Promise.reject(new RegistryError("denied", "no")))).toEqual({
      reference: named,
      digest: baseDigest,
    });
  });

  test("whose registry is down is used by its tag, and the job is told", async () => {
    const { desk, clock, errors } = withBase([new RegistryError("unavailable", "The registry quay.io is down")]);
    desk.ask("job", "1", request());
    await clock.settle();
    const { question, warnings } = readOf(desk.look("job", "1"));
    expect(question.base).toEqual({ reference: "quay.io/base:1" });
    expect(warnings.at(-1)).toMatch(/used by its tag: The registry quay.io is down/);
    expect(errors).toEqual([]);
  });

  test("keeps its digest while the registry is silent, so that nothing is built anew for that", async () => {
    const { desk, clock } = withBase([baseDigest, new RegistryError("unavailable", "down")]);
    desk.ask("job", "1", request());
    await clock.settle();
    await clock.advance(600_000);
    desk.ask("job", "2", request());
    await clock.settle();
    const { question, warnings } = readOf(desk.look("job", "2"));
    expect(question.base.digest).toBe(baseDigest);
    expect(warnings.at(-1)).toMatch(/as it was a while ago/);
  });

  test("is asked about again after five minutes, and not before", async () => {
    const other = baseDigest.replace("ba", "cc");
    const { desk, clock, asked } = withBase([baseDigest, other]);
    const digestNow = async (ticket: string) => {
      desk.ask("job", ticket, request());
      await clock.settle();
      return readOf(desk.look("job", ticket)).question.base.digest;
    };
    expect([await digestNow("1"), await digestNow("2")]).toEqual([baseDigest, baseDigest]);
    await clock.advance(300_000);
    expect(await digestNow("3")).toBe(other);
    expect(asked).toHaveLength(2);
  });

  test("by its digest is what it is, and nobody is asked", async () => {
    const { desk, clock, asked } = withBase([]);
    desk.ask("job", "1", { ...request(), baseImage: `quay.io/base:1@${baseDigest}` });
    await clock.settle();
    expect(readOf(desk.look("job", "1")).question.base.digest).toBe(baseDigest);
    expect(asked).toEqual([]);
  });

  test("that does not exist is told, and left to the build", async () => {
    const { desk, clock } = withBase([undefined]);
    desk.ask("job", "1", request());
    await clock.settle();
    expect(readOf(desk.look("job", "1")).warnings.at(-1)).toBe("the registry quay.io has no image quay.io/base:1");
  });

  test("whose pull Secret is missing is asked for without, and the job is told", async () => {
    const { desk, clock, asked } = withBase([baseDigest], () =>
      Promise.reject(new KubeError({ reason: "NotFound", message: "no" })),
    );
    desk.ask("job", "1", { ...request(), pullSecret: "pull" });
    await clock.settle();
    const { question, warnings } = readOf(desk.look("job", "1"));
    expect(question.base.digest).toBe(baseDigest);
    expect(warnings).toContain("the Secret pull with the registry's credentials does not exist");
    expect(asked).toEqual([[]]);
  });
});
