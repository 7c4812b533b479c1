// Secrets that come in at any door of the operator, and must not get out at any other.
import { afterEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { KubeError } from "../../src/kube/kube-error.js";
import { EVENTS } from "../../src/kube/resources.js";
import { operatorLogger } from "../../src/operator/operator-logger.js";
import { told } from "../recovery/real-looking-secrets.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { COMMIT, Story } from "./kit/an-observation.js";
import { DOORS } from "./kit/doors.js";
import { shownOfForeignStatus } from "./kit/shown-of-foreign-status.js";

// Built from parts, so that no scanner takes this file for a leak.
const SECRETS: Readonly<Record<string, readonly [secret: string, said: string]>> = {
  "a GitHub token in a URL": said(
    `ghp_${"a1B2".repeat(9)}`,
    (t) => `fatal: https://x-access-token:${t}@github.com/t/r`,
  ),
  "a GitHub token": said(`github_pat_${"a1B2c3".repeat(8)}`, (t) => `bad credentials ${t}`),
  "a GitLab token": said(`${"glpat"}-${"a1B2c3D4".repeat(3)}`, (t) => `remote: HTTP Basic: Access denied (${t})`),
  "an AWS key": said(`${"AKIA"}IOSFODNN7EXAMPLE`, (t) => `InvalidAccessKeyId: ${t}`),
  "a Hugging Face token": said(`hf_${"aBcDeFgHiJ".repeat(3)}`, (t) => `401 for ${t} at huggingface.co`),
  "an OpenAI key": said(`sk-${"a1B2c3D4".repeat(5)}`, (t) => `Incorrect API key provided: ${t}`),
  "a Docker token": said(`dckr_pat_${"a1B2c3D4".repeat(3)}`, (t) => `denied: ${t}`),
  "an OpenShift token": said(`sha256~${"a1B2c3D4".repeat(5)}`, (t) => `Unauthorized: ${t}`),
  "a service account's token": said(
    ["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJzeXN0ZW0ifQ", "c2lnbmF0dXJlc2lnbmF0dXJl"].join("."),
    (t) => `Authorization: Bearer ${t}`,
  ),
  "a password in a URL": said("Tr0ub4dor&3", (t) => `https://bob:${t}@registry.example.com/v2/: denied`),
  "a password in an assignment": said("correct-horse-9", (t) => `DB_PASSWORD=${t} is wrong`),
  "a signed URL": said("deadbeefcafe0123", (t) => `GET https://s3/b?X-Amz-Signature=${t}&x=1: 403`),
  "a private key": said("b3BlbnNzaC1rZXktdjEAAAAA", (t) => `-----BEGIN OPENSSH ${"PRIVATE KEY"}-----\n${t}`),
};
function said(secret: string, words: (secret: string) => string): readonly [string, string] {
  return [secret, words(secret)];
}

/** Where `secret` stands in `text`, with a little of what is around it. */
function leaks(text: string, secret: string): string[] {
  const at = text.indexOf(secret);
  return at < 0 ? [] : [text.slice(Math.max(0, at - 60), at + secret.length + 10)];
}

describe.each(Object.entries(SECRETS))("%s", (_what, [secret, words]) => {
  test.each(Object.entries(DOORS))("that comes in by %s gets out by none", (_door, told) => {
    const story = told(words);
    const notes = story.decision.effects.filter(({ kind }) => kind === "emit");
    const out = `${JSON.stringify(story.status)}${JSON.stringify(notes)}`;
    expect(leaks(out, secret)).toEqual([]);
    // It did come in.
    expect(out).toContain("[redacted]");
  });

  test("in a spec that can't be read is not repeated", () => {
    const git = { url: "https://git.example.com/x.git", ref: words };
    const story = new Story(
      aJob()
        .with({ notebook: { git, path: words }, validationTimeout: words })
        .build(),
    );
    story.see();
    expect(story.status.failureReason).toBe("InvalidSpec");
    expect(leaks(JSON.stringify(story.decision), secret)).toEqual([]);
  });

  test("that another operator left in a status is not shown by the command line", () => {
    const shown = shownOfForeignStatus(words);
    for (const text of shown) expect(leaks(text, secret)).toEqual([]);
    expect(shown.join("")).toContain("[redacted]");
  });
});

test("no secret of a realistic shape gets out into status, events, log or command line, whoever told it", () => {
  const doors = fc.constantFrom(...Object.values(DOORS));
  fc.assert(
    fc.property(doors, told, (door, { secret, words }) => {
      const { status, decision } = door(words);
      let log = "";
      operatorLogger("debug", { write: (line: string) => (log += line) }).warn({ err: new Error(words), words }, words);
      const out = [JSON.stringify(status), JSON.stringify(decision.effects), log, ...shownOfForeignStatus(words)];
      for (const text of out) expect(leaks(text, secret)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

describe("the whole operator", () => {
  let world: TestCluster;
  afterEach(() => world.stopOperator());

  test("writes no secret into its log, events, status or report", async () => {
    const words = Object.values(SECRETS).map(([, each]) => each);
    let isDown = true;
    let log = "";
    world = new TestCluster({
      resolve: () => {
        if (isDown) throw new Error(words.join("; "));
        return Promise.resolve({ commit: COMMIT });
      },
      intercept: ({ verb, resource }, proceed) => {
        if (verb !== "create" || resource.plural !== "pods") return proceed();
        throw new KubeError({ reason: "Forbidden", message: `admission webhook denied: ${words.join("; ")}` });
      },
    });
    const logger = operatorLogger("debug", { write: (line: string) => (log += line) });
    await world.startOperator({ logger });
    await world.submit(
      aJob()
        .with({ artifacts: { configMap: "report" } })
        .draft(),
    );
    await world.pass(100);
    isDown = false;
    await world.pass(4_000_000);
    const { items: events } = await world.cluster.list(EVENTS);
    const status = await world.status();
    expect(events.length).toBeGreaterThan(0);
    expect(log).toContain("[redacted]");
    expect(status.message).toContain("[redacted]");
    for (const [secret] of Object.values(SECRETS)) {
      for (const text of [log, JSON.stringify(events), JSON.stringify(status)]) expect(leaks(text, secret)).toEqual([]);
    }
  }, 60_000);
});
