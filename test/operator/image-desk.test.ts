import { describe, expect, test } from "@jest/globals";
import type { ImageReference } from "../../src/build/index.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { ImageDesk, type ImageDeskOptions } from "../../src/operator/image-desk.js";
import { type FoundImage, type RegistryAccess, RegistryError } from "../../src/operator/image-registry.js";

const digest = `sha256:${"ab".repeat(32)}`;
const reference = "quay.io/org/env:abc";
const question = { namespace: "team-a", reference, isInsecure: false };
const publication = { namespace: "team-a", image: `quay.io/org/env@${digest}`, tag: "prod", isInsecure: false };

interface Asked {
  readonly image: ImageReference;
  readonly tag?: string;
  readonly access: RegistryAccess;
  readonly signal: AbortSignal;
  readonly answer: (found?: FoundImage) => void;
  readonly fail: (error: unknown) => void;
}

/** A desk whose registry answers when it is told to. */
function aDesk(options: Partial<ImageDeskOptions> = {}) {
  const clock = new ManualClock();
  const asked: Asked[] = [];
  const answered: string[] = [];
  const errors: unknown[] = [];
  const wait = (image: ImageReference, access: RegistryAccess, signal: AbortSignal, tag?: string) =>
    new Promise<FoundImage | undefined>((answer, fail) => {
      asked.push({ image, access, signal, answer, fail, ...(tag !== undefined && { tag }) });
    });
  const desk = new ImageDesk({
    clock,
    registry: {
      find: wait,
      digestOf: async (...words) => (await wait(...words))?.digest,
      tag: async (image, tag, access, signal) => void (await wait(image, access, signal, tag)),
    },
    readSecret: (_namespace, name) => Promise.resolve({ ".dockerconfigjson": name }),
    onAnswer: (uid) => answered.push(uid),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { desk, clock, asked, answered, errors };
}

describe("a question about an image", () => {
  test("is put once, and answered with what matters of the image", async () => {
    const { desk, clock, asked, answered } = aDesk();
    desk.ask("job", "1", { ...question, secret: "pull" });
    desk.ask("job", "1", { ...question, secret: "pull" });
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({ kind: "asking" });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.access).toEqual({ isInsecure: false, secrets: [{ ".dockerconfigjson": "pull" }] });
    asked[0]?.answer({ digest, sizeBytes: 7, labels: { "mlops.dev/environment-digest": "sha256:env", other: "x" } });
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({
      kind: "present",
      digest,
      sizeBytes: 7,
      environmentDigest: "sha256:env",
    });
    expect(answered).toEqual(["job"]);
    expect(desk.look("job", "2")).toEqual({ kind: "unasked" });
  });

  test("has its namespace's turn, however much another one asks", async () => {
    const { desk, clock, asked } = aDesk({ concurrency: 1 });
    for (const tag of ["a", "b", "c"]) desk.ask(tag, "1", { ...question, reference: `quay.io/org/env:${tag}` });
    desk.ask("other", "1", { ...question, namespace: "team-b", reference: "quay.io/org/env:other" });
    await clock.settle();
    asked[0]?.answer();
    await clock.settle();
    expect(asked.map(({ image }) => image.tag)).toEqual(["a", "other"]);
  });

  test("about another image leaves the answer to the first", async () => {
    const { desk, clock, asked } = aDesk();
    desk.ask("job", "1", question);
    desk.ask("job", "2", { ...question, reference: "quay.io/org/env:prod" });
    await clock.settle();
    asked[0]?.answer(undefined);
    asked[1]?.answer({ digest, labels: {} });
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({ kind: "absent" });
    expect(desk.look("job", "2")).toEqual({ kind: "present", digest });
  });

  test("of many jobs at once is put twice at most", async () => {
    const { desk, clock, asked, answered } = aDesk();
    for (let job = 0; job < 50; job += 1) desk.ask(`job-${job}`, "1", question);
    await clock.settle();
    expect(asked).toHaveLength(1);
    asked[0]?.answer(undefined);
    await clock.settle();
    asked[1]?.answer(undefined);
    await clock.settle();
    expect(asked).toHaveLength(2);
    expect(answered).toHaveLength(50);
  });

  test("of jobs with different credentials is put for each", async () => {
    const { desk, clock, asked } = aDesk();
    desk.ask("one", "1", { ...question, secret: "a" });
    desk.ask("two", "1", { ...question, secret: "b" });
    await clock.settle();
    expect(asked).toHaveLength(2);
  });

  test("that the registry does not answer is unknown, and says why", async () => {
    const { desk, clock, asked, errors } = aDesk();
    desk.ask("job", "1", question);
    desk.ask("other", "1", { ...question, reference: "quay.io/org/env:b" });
    await clock.settle();
    asked[0]?.fail(new RegistryError("denied", "The registry quay.io refused access"));
    asked[1]?.fail(new TypeError("a bug"));
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({ kind: "unknown", message: "The registry quay.io refused access" });
    expect(desk.look("other", "1")).toEqual({
      kind: "unknown",
      message: "the registry could not be asked for an unknown reason",
    });
    expect(errors).toEqual([new TypeError("a bug")]);
  });

  test("is given up after a while", async () => {
    const { desk, clock, asked } = aDesk({ timeoutMs: 5_000 });
    desk.ask("job", "1", question);
    await clock.settle();
    await clock.advance(5_000);
    expect(desk.look("job", "1")).toEqual({ kind: "unknown", message: "the registry did not answer within 5 s" });
    expect(asked[0]?.signal.aborted).toBe(true);
  });

  test.each([
    ["NotFound", "does not exist"],
    ["Forbidden", "may not read"],
    ["InternalError", "could not be read"],
  ] as const)("whose Secret answers %s is not put", async (reason, words) => {
    const { desk, clock, asked } = aDesk({
      readSecret: () => Promise.reject(new KubeError({ reason, message: "no" })),
    });
    desk.ask("job", "1", { ...question, secret: "pull" });
    await clock.settle();
    expect(desk.look("job", "1")).toMatchObject({ kind: "unknown", message: expect.stringContaining(words) });
    expect(asked).toHaveLength(0);
  });
});

describe("a publication", () => {
  test("moves the tag once, with the push Secret, and says so", async () => {
    const { desk, clock, asked, answered } = aDesk();
    expect(desk.lookPublication("job", "1")).toEqual({ kind: "unasked" });
    desk.publish("job", "1", { ...publication, pushSecret: "push" });
    desk.publish("job", "1", { ...publication, pushSecret: "push" });
    await clock.settle();
    expect(desk.lookPublication("job", "1")).toEqual({ kind: "publishing" });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ tag: "prod", image: { host: "quay.io", path: "org/env", digest } });
    expect(asked[0]?.access.secrets).toEqual([{ ".dockerconfigjson": "push" }]);
    asked[0]?.answer();
    await clock.settle();
    expect(desk.lookPublication("job", "1")).toEqual({ kind: "published" });
    expect(answered).toEqual(["job"]);
  });

  test("that fails says why", async () => {
    const { desk, clock, asked } = aDesk();
    desk.publish("job", "1", publication);
    await clock.settle();
    asked[0]?.fail(new RegistryError("immutable", "The registry quay.io keeps that tag"));
    await clock.settle();
    expect(desk.lookPublication("job", "1")).toEqual({
      kind: "failed",
      message: "The registry quay.io keeps that tag",
    });
  });

  test("does not wait for questions that nobody answers", async () => {
    const { desk, clock, asked } = aDesk({ concurrency: 1 });
    desk.ask("job", "1", question);
    desk.publish("job", "1", publication);
    await clock.settle();
    expect(asked.map(({ tag }) => tag)).toEqual([undefined, "prod"]);
  });
});

test("a desk that is stopped answers nothing and leaves no timer", async () => {
  const { desk, clock, asked, answered } = aDesk();
  desk.ask("job", "1", question);
  desk.publish("job", "1", publication);
  await clock.settle();
  desk.stop();
  for (const { answer } of asked) answer();
  await clock.settle();
  desk.ask("job", "2", question);
  expect(answered).toEqual([]);
  expect(desk.look("job", "2")).toEqual({ kind: "unasked" });
  expect(clock.pending).toBe(0);
});
