import { request } from "node:https";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { parseOperatorConfig, WEBHOOK_PATH } from "../../../src/api/index.js";
import { AdmissionServer, startAdmissionServer } from "../../../src/operator/admission/index.js";
import { Turns } from "../../../src/operator/admission/turns.js";
import { type IssuedCertificate, issueCertificate } from "../../../src/operator/certificate/issue-certificate.js";
import { handshake } from "../certificate/handshake.js";
import { aJobObject, aReview } from "./requests.js";

interface Answer {
  readonly status: number;
  readonly body: string;
}

let issued: IssuedCertificate;
let change: (() => void) | undefined;
let isThere: boolean;
let server: AdmissionServer;
let log: string;
let stop: AbortController;

const certificate = {
  tlsOptions: () => (isThere ? { cert: issued.cert, key: issued.key } : undefined),
  onChange: (listener: (use: "webhook" | "metrics") => void) => {
    change = () => listener("webhook");
    return () => void (change = undefined);
  },
};

beforeEach(async () => {
  isThere = true;
  log = "";
  stop = new AbortController();
  issued = await issueCertificate(["localhost"], Date.now());
  server = await startAdmissionServer({
    address: { host: "127.0.0.1", port: 0 },
    certificate,
    config: parseOperatorConfig(),
    logger: pino({ level: "trace" }, { write: (line: string) => void (log += line) }),
    signal: stop.signal,
  });
});
afterEach(() => server.stop());

function send(
  body: string | Buffer,
  { path = WEBHOOK_PATH, method = "POST", type = "application/json" } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        ...{ host: "127.0.0.1", port: server.port, servername: "localhost", path, method, ca: issued.authority },
        headers: { "content-type": type },
        agent: false,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

const judged = async (fields: Record<string, unknown>) => {
  const { status, body } = await send(JSON.stringify(aReview(fields)));
  expect(status).toBe(200);
  return (JSON.parse(body) as { response: Record<string, unknown> }).response;
};

describe("the admission webhook", () => {
  test("answers reviews: yes, and no with the field", async () => {
    expect(await judged({})).toEqual({ uid: "705ab4f5-6393-11e8-b7cc-42010a800002", allowed: true });
    expect(await judged({ object: aJobObject({ priority: 1000 }) })).toMatchObject({
      allowed: false,
      status: { code: 422, details: { causes: [{ field: "spec.priority" }] } },
    });
  });

  test.each([
    ["no JSON", "{{{", 400, "the body is not JSON"],
    ["no UTF-8", Buffer.from([0x22, 0xe9, 0x22]), 400, "the body is not JSON"],
    ["nothing", "", 400, "the body is not JSON"],
    ["no review", "{}", 400, "the body is no AdmissionReview"],
    ["null", "null", 400, "the body is no AdmissionReview"],
    [
      "an old version",
      JSON.stringify({ ...aReview(), apiVersion: "admission.k8s.io/v1beta1" }),
      400,
      "only AdmissionReviews of admission.k8s.io/v1 are answered",
    ],
    ["no request", JSON.stringify({ ...aReview(), request: 7 }), 400, "the AdmissionReview has no request"],
    ["no uid", JSON.stringify(aReview({ uid: undefined })), 400, "the request has no uid"],
    [
      "an unknown operation",
      JSON.stringify(aReview({ operation: "PEEK" })),
      400,
      "the request's operation is none of CREATE, UPDATE, DELETE and CONNECT",
    ],
    [
      "another kind",
      JSON.stringify(aReview({ kind: { group: "", version: "v1", kind: "Pod" } })),
      400,
      expect.stringContaining("only NotebookValidationJobs of mlops.mlops.dev are judged here"),
    ],
  ])("answers %s with a clear word", async (_what, body, status, says) => {
    const answer = await send(body);
    expect({ status: answer.status, body: answer.body.trimEnd() }).toEqual({ status, body: says });
    expect(await judged({})).toMatchObject({ allowed: true });
  });

  test("has one path, one method and one content type", async () => {
    const review = JSON.stringify(aReview());
    expect((await send(review, { path: "/" })).status).toBe(404);
    expect((await send("", { method: "GET" })).status).toBe(405);
    expect((await send(review, { type: "text/plain" })).status).toBe(415);
    expect((await send(review, { path: `${WEBHOOK_PATH}?timeout=5s` })).status).toBe(200);
    expect((await send(review, { type: "application/json; charset=utf-8" })).status).toBe(200);
  });

  test("takes an update of the largest objects there are, and nothing beyond", async () => {
    const large = aJobObject({}, { annotations: { note: "x".repeat(1.5 * 1024 * 1024) } });
    expect(await judged({ operation: "UPDATE", object: large, oldObject: large })).toMatchObject({ allowed: true });
    // Whoever is still sending may not get to read the answer.
    const outcome = await send("x".repeat(8 * 1024 * 1024)).then(
      ({ status }) => String(status),
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(["413", "ECONNRESET", "EPIPE"]).toContain(outcome);
    expect(await judged({})).toMatchObject({ allowed: true });
  });

  test("takes no more values than it can read in a moment, whatever a text holds", async () => {
    const tiny = JSON.stringify(aReview({ object: aJobObject({}, {}, { status: "TINY" }) }));
    const answer = await send(tiny.replace('"TINY"', `[${"[],".repeat(200_000)}0]`));
    expect({ status: answer.status, body: answer.body.trimEnd() }).toEqual({
      status: 413,
      body: "the review holds more than 120000 values",
    });
    const note = '\\"[,{'.repeat(100_000);
    expect(await judged({ object: aJobObject({}, { annotations: { note } }) })).toMatchObject({ allowed: true });
  });

  test("lets timers and connections have their turn between any two reviews", async () => {
    let rounds = 0;
    let isOver = false;
    const count = (): void => void ((rounds += 1), isOver || setImmediate(count));
    const turns = new Turns();
    setImmediate(count);
    const seen = await Promise.all(
      Array.from({ length: 20 }, async () => {
        await turns.next();
        return rounds;
      }),
    );
    isOver = true;
    expect(new Set(seen).size).toBe(20);
  });

  test("never writes what a job holds into its log", async () => {
    const secret = "hunter2-in-the-spec";
    await judged({
      object: aJobObject({
        priority: 1000,
        notebook: { git: { url: `https://a:${secret}@h/x`, ref: secret }, path: secret },
      }),
    });
    await send(`{"kind": "${secret}`);
    await judged({ object: aJobObject({ podConfig: { env: [{ name: "A", value: secret }] } }) });
    expect(log).toContain("judged a job");
    expect(log).not.toContain(secret);
  });

  test("changes its certificate between two handshakes, without a pause", async () => {
    const old = issued;
    expect(await handshake(server.port, old.authority, "localhost")).toBe("authorized");
    issued = await issueCertificate(["localhost"], Date.now());
    change?.();
    expect(await handshake(server.port, issued.authority, "localhost")).toBe("authorized");
    expect(await handshake(server.port, old.authority, "localhost")).not.toBe("authorized");
  });

  test("refuses handshakes while there is no certificate, and serves as soon as there is one", async () => {
    isThere = false;
    const early = new AdmissionServer({
      ...{ address: { host: "127.0.0.1", port: 0 }, certificate, config: parseOperatorConfig() },
      logger: pino({ level: "silent" }),
    });
    await early.start();
    expect(await handshake(early.port, issued.authority, "localhost")).toMatch(/^(ERR_SSL|ECONNRESET)/);
    isThere = true;
    change?.();
    expect(await handshake(early.port, issued.authority, "localhost")).toBe("authorized");
    await early.stop();
  });

  test("says when its address is taken", async () => {
    const second = new AdmissionServer({
      ...{ address: { host: "127.0.0.1", port: server.port }, certificate, config: parseOperatorConfig() },
      logger: pino({ level: "silent" }),
    });
    await expect(second.start()).rejects.toThrow(/can't listen on 127.0.0.1:\d+ \(EADDRINUSE\)/);
  });

  test("stops with its signal, after the answers under way", async () => {
    const answers = Array.from({ length: 20 }, () => judged({}));
    await Promise.all(answers);
    stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(send(JSON.stringify(aReview()))).rejects.toThrow("ECONNREFUSED");
  });
});
