import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { fetchToken } from "../../../src/operator/registry/fetch-token.js";
import { RegistryClient } from "../../../src/operator/registry/registry-client.js";
import {
  accessTo,
  config,
  digestOf,
  failureOf,
  find,
  honest,
  instantly,
  manifest,
  PASSWORD,
  policy,
  serve,
  stopServing,
} from "./answering-registry.js";

jest.setTimeout(30_000);

const never = new AbortController().signal;

afterEach(stopServing);

describe("a registry that sends something else", () => {
  test("than the digest that it promised is not believed", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(200, { "docker-content-digest": digestOf("other") }).end(manifest);
    });
    expect(await failureOf(find(host))).toMatch(/^invalid: .* in place of sha256:/);
  });

  test("than the configuration that belongs to the image is not believed", async () => {
    const host = await serve((request, response) => {
      if (request.url?.includes("/blobs/") === true) response.end('{"config":{"Labels":{"forged":"yes"}}}');
      else honest(request, response);
    });
    expect(await failureOf(find(host))).toMatch(/^invalid: .* in place of sha256:/);
  });

  test.each([
    ["no JSON", "<html>"],
    ["another kind of document", '{"schemaVersion":1,"fsLayers":[]}'],
    ["an image without parts", JSON.stringify({ mediaType: "application/vnd.oci.image.manifest.v1+json" })],
    ["sizes that are none", manifest.replace(/"size":\d+/, '"size":-1')],
    ["null", "null"],
  ])("than an image, %s, is not believed", async (_what, body) => {
    const host = await serve((_request, response) => response.end(body));
    expect(await failureOf(find(host))).toMatch(/^invalid: The registry/);
  });

  test("without end is cut off", async () => {
    const host = await serve((_request, response) => {
      const more = (): void => {
        while (response.writable && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    expect(await failureOf(find(host))).toMatch(/^invalid: .*more than 4194304 bytes/);
  });

  test("as an error is quoted in one line, without what we sent", async () => {
    const message = `denied for ${PASSWORD}\n\u001b[31mred ${"x".repeat(500)}`;
    const host = await serve((_request, response) => {
      response.writeHead(400).end(JSON.stringify({ errors: [{ code: "DENIED", message }] }));
    });
    const failure = await failureOf(find(host));
    expect(failure).toMatch(/^invalid: .*status 400: DENIED, denied for \[redacted\] \[31mred x+$/);
    expect(failure.length).toBeLessThan(350);
  });
});

describe("a registry that sends us elsewhere", () => {
  test("is followed to its storage, without the credentials", async () => {
    const seen: (string | undefined)[] = [];
    const storage = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(config);
    });
    const host = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      } else if (request.url?.includes("/blobs/") === true) {
        response.writeHead(307, { location: `http://${storage}/bucket/blob?signature=1` }).end();
      } else honest(request, response);
    });
    expect(await find(host)).toMatchObject({ labels: { a: "b" } });
    expect(seen).toEqual([undefined]);
  });

  test.each([
    ["in circles", "/v2/team/env/manifests/v1", /redirects without end/],
    ["to another protocol", "file:///etc/passwd", /redirects to file:/],
    ["to what is no URL", "http://[", /not a URL/],
    ["to a metadata service", "http://169.254.169.254/latest/", /link-local address 169\.254\.169\.254/],
  ])("%s is not followed", async (_where, location, words) => {
    const host = await serve((_request, response) => response.writeHead(302, { location }).end());
    expect(await failureOf(find(host))).toMatch(words);
  });

  test("does not get a write to follow", async () => {
    let puts = 0;
    const host = await serve((request, response) => {
      if (request.method === "PUT") {
        puts += 1;
        response.writeHead(307, { location: "/elsewhere" }).end();
      } else if (request.url?.endsWith("/prod") === true) response.writeHead(404).end();
      else honest(request, response);
    });
    const image = { host, path: "team/env", digest: digestOf(manifest) };
    const client = new RegistryClient(policy, instantly());
    expect(await failureOf(client.tag(image, "prod", accessTo(host), never))).toMatch(/status 307/);
    expect(puts).toBe(1);
  });
});

describe("a registry that asks for a token", () => {
  const challenge = (realm: string) => ({
    "www-authenticate": `Bearer realm="${realm}",service="a \\"quoted\\" service",scope="repository:team/env:pull"`,
  });

  test("over plain http, while it speaks https itself, gets no credentials", async () => {
    const question = {
      parameters: { realm: "http://tokens.example/" },
      login: { kind: "password", username: "ada", password: PASSWORD },
      isInsecure: false,
      registry: new URL("https://registry.example/"),
      signal: never,
    } as const;
    const failure = await failureOf(fetchToken(question, () => Promise.reject(new Error("was sent"))));
    expect(failure).toMatch(/^refused: .*without TLS/);
  });

  test("gets it with the words of its own challenge", async () => {
    let asked = "";
    const host = await serve((request, response) => {
      if (request.url?.startsWith("/token") === true) {
        asked = decodeURIComponent(request.url);
        response.end('{"access_token":"abc"}');
      } else if (request.headers.authorization === "Bearer abc") honest(request, response);
      else response.writeHead(401, challenge(`http://${request.headers.host}/token`)).end();
    });
    expect(await find(host)).toMatchObject({ labels: { a: "b" } });
    expect(asked).toBe('/token?service=a+"quoted"+service&scope=repository:team/env:pull');
  });

  test("with a refresh token is asked by OAuth 2", async () => {
    let form = "";
    const host = await serve((request, response) => {
      if (request.method === "POST") {
        request.on("data", (chunk: Buffer) => {
          form += chunk.toString();
        });
        request.on("end", () => response.end('{"access_token":"abc"}'));
      } else if (request.headers.authorization === "Bearer abc") honest(request, response);
      else response.writeHead(401, challenge(`http://${request.headers.host}/token`)).end();
    });
    const auths = { [host]: { identitytoken: "refresh-me-please" } };
    const secrets = [{ ".dockerconfigjson": JSON.stringify({ auths }) }];
    expect(await find(host, { access: { isInsecure: true, secrets } })).toMatchObject({ labels: { a: "b" } });
    expect(new URLSearchParams(form).get("refresh_token")).toBe("refresh-me-please");
    expect(new URLSearchParams(form).get("grant_type")).toBe("refresh_token");
  });

  test.each(["{}", '{"token":"a b"}', '{"token":"a\\r\\nx: y"}', "oops"])("and gives %s gives none", async (body) => {
    const host = await serve((request, response) => {
      if (request.url?.startsWith("/token") === true) response.end(body);
      else response.writeHead(401, challenge(`http://${request.headers.host}/token`)).end();
    });
    expect(await failureOf(find(host))).toMatch(/^invalid: .*gave no token/);
  });
});

describe("a registry that is busy", () => {
  test("is asked again, no more often than it likes, and then given up", async () => {
    let asked = 0;
    const host = await serve((_request, response) => {
      asked += 1;
      response.writeHead(429, { "retry-after": "3" }).end();
    });
    const pauses: number[] = [];
    const clock = new ManualClock();
    clock.sleep = (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    };
    expect(await failureOf(find(host, { clock }))).toMatch(/^unavailable: .*status 429/);
    expect(asked).toBe(3);
    expect(pauses).toEqual([3000, 3000]);
  });

  test("for a moment costs a moment", async () => {
    let asked = 0;
    const host = await serve((request, response) => {
      asked += 1;
      if (asked === 1) response.destroy();
      else if (asked === 2) response.writeHead(503).end();
      else honest(request, response);
    });
    expect(await find(host)).toMatchObject({ labels: { a: "b" } });
  });

  test("for ever is not waited for", async () => {
    const host = await serve(() => undefined);
    const client = new RegistryClient({ ...policy, exchangeMs: 50 }, instantly());
    const failure = await failureOf(client.digestOf({ host, path: "a", tag: "b" }, accessTo(host), never));
    expect(failure).toMatch(/^unavailable: .*did not answer in time/);
  });

  test("is left alone as soon as nobody wants to know", async () => {
    const stop = new AbortController();
    const host = await serve(() => stop.abort(new Error("the operator stops")));
    const client = new RegistryClient(policy, instantly());
    const work = client.digestOf({ host, path: "a", tag: "b" }, accessTo(host), stop.signal);
    await expect(work).rejects.toThrow("the operator stops");
  });
});
