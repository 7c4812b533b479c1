import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, test } from "@jest/globals";
import { SECRETS } from "../../../src/kube/resources.js";
import { CertificateWorld, DAY, failing, HOUR, MINUTE, NAMESPACE, SECRET, SERVICE } from "./a-certificate.js";
import { Greeter } from "./handshake.js";

let world: CertificateWorld;
let greeter: Greeter | undefined;
afterEach(async () => {
  world.stop();
  await greeter?.stop();
  greeter = undefined;
});

describe("the certificate that the operator issues", () => {
  test("is trusted by who has the webhook configuration, under every name of its Services", async () => {
    world = await CertificateWorld.start();
    const replica = await world.replica();
    greeter = await Greeter.start(replica.tlsOptions("webhook"));
    const trusted = await world.caBundle();
    for (const service of ["notebook-validator-webhook", "notebook-validator-metrics"]) {
      for (const name of ["", `.${NAMESPACE}`, `.${NAMESPACE}.svc`, `.${NAMESPACE}.svc.cluster.local`]) {
        expect([name, await greeter.greet(trusted, service + name)]).toEqual([name, "authorized"]);
      }
    }
    expect(await greeter.greet(trusted, "somebody.else.svc")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  test("lives in a TLS Secret that says whose it is, without the authority's key", async () => {
    world = await CertificateWorld.start();
    await world.replica();
    const { type, data, metadata } = await world.secret();
    expect(type).toBe("kubernetes.io/tls");
    expect(Object.keys(data ?? {}).sort()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
    expect(metadata.annotations).toEqual({ "mlops.dev/certificate-issuer": "notebook-validator-operator" });
    const certificate = new X509Certificate(await world.secretEntry("tls.crt"));
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(certificate.ca).toBe(false);
    const life = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
    expect(life).toBeLessThanOrEqual(365 * DAY);
  });

  test("causes no write while all is well", async () => {
    let writes = 0;
    world = await CertificateWorld.start({
      intercept: (call, proceed) => {
        if (["create", "replace", "patch", "apply", "delete"].includes(call.verb)) writes++;
        return proceed();
      },
    });
    await world.replica();
    const before = writes;
    await world.pass(12 * HOUR);
    expect(writes).toBe(before);
  });

  test("is the same for replicas that start at the same moment", async () => {
    world = await CertificateWorld.start();
    const replicas = await Promise.all([world.replica(), world.replica(), world.replica()]);
    const [first] = replicas;
    expect(first?.current("webhook")?.cert).toBe(await world.secretEntry("tls.crt"));
    for (const replica of replicas) expect(replica.current("metrics")).toEqual(first?.current("webhook"));
    expect(await world.caBundle()).toBe(await world.secretEntry("ca.crt"));
    expect(world.warnings()).toEqual([]);
  });
});

describe("renewal", () => {
  test("publishes the next authority an hour before its certificate is served", async () => {
    world = await CertificateWorld.start();
    const old = await world.replica();
    const first = old.current("webhook");
    const firstAuthority = await world.caBundle();
    world.stop();
    await world.pass(242 * DAY);
    const replica = await world.replica();
    expect(replica.current("webhook")).toEqual(first);
    world.stop();
    await world.pass(2 * DAY);

    const renewing = await world.replica();
    const other = await world.replica();
    expect(renewing.current("webhook")).toEqual(first);
    const bundle = await world.caBundle();
    expect(bundle).toContain(firstAuthority);
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    await world.pass(50 * MINUTE);
    expect(renewing.current("webhook")).toEqual(first);

    await world.pass(30 * MINUTE);
    expect(renewing.current("webhook")).not.toEqual(first);
    expect(other.current("webhook")).toEqual(renewing.current("webhook"));
    expect(await world.caBundle()).toBe(bundle);
    expect(Object.keys((await world.secret()).data ?? {}).sort()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
  });

  test("lets no handshake fail, whichever bundle and certificate a caller and a replica have", async () => {
    world = await CertificateWorld.start();
    const old = await world.replica();
    greeter = await Greeter.start(old.tlsOptions("webhook"));
    const bundles = [await world.caBundle()];
    world.stop();
    await world.pass(244 * DAY);
    const replica = await world.replica();
    const first = replica.tlsOptions("webhook");
    bundles.push(await world.caBundle());
    await world.pass(90 * MINUTE);
    const second = replica.tlsOptions("webhook");
    expect(second).not.toEqual(first);
    bundles.push(await world.caBundle());
    // A client judges dates by the real clock: it can't meet a certificate of the future, only its signature can be looked at.
    const meets = async (tls: typeof first, bundle: string | undefined) => {
      if (tls !== undefined) greeter?.use(tls);
      return greeter?.greet(bundle ?? "", SERVICE);
    };
    expect(await meets(first, bundles[0])).toBe("authorized");
    expect(await meets(first, bundles[1])).toBe("authorized");
    const signedBy = (cert: string | undefined, bundle: string) =>
      (bundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).some((authority) =>
        new X509Certificate(cert ?? "").verify(new X509Certificate(authority).publicKey),
      );
    expect(signedBy(String(second?.cert), bundles[1] ?? "")).toBe(true);
    expect(signedBy(String(first?.cert), bundles[2] ?? "")).toBe(true);
  });

  test("is told to listeners, once for each use", async () => {
    world = await CertificateWorld.start();
    const replica = await world.replica();
    const told: string[] = [];
    const end = replica.onChange((use) => told.push(use));
    await world.cluster.delete(SECRETS, SECRET);
    await world.pass(5 * MINUTE);
    expect(told.sort()).toEqual(["metrics", "webhook"]);
    end();
    await world.cluster.delete(SECRETS, SECRET);
    await world.pass(5 * MINUTE);
    expect(told).toHaveLength(2);
  });

  test("drops authorities whose time is over", async () => {
    world = await CertificateWorld.start();
    await world.replica();
    for (let year = 0; year < 3; year++) {
      world.stop();
      await world.pass(250 * DAY);
      await world.replica();
      await world.pass(2 * HOUR);
    }
    expect((await world.caBundle()).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(await world.caBundle()).toBe(await world.secretEntry("ca.crt"));
  });

  test("waits for an API server that could not be told, but not beyond the old certificate's life", async () => {
    let isForbidden = false;
    world = await CertificateWorld.start({
      intercept: (call, proceed) =>
        failing("Forbidden", (verb, plural) => isForbidden && verb === "patch" && plural.includes("webhook"))(
          call,
          proceed,
        ),
    });
    const before = (await world.replica()).current("webhook");
    world.stop();
    isForbidden = true;
    await world.pass(244 * DAY);
    const replica = await world.replica();
    await world.pass(3 * HOUR);
    expect(replica.current("webhook")).toEqual(before);
    world.stop();
    await world.pass(120 * DAY);
    expect((await world.replica()).current("webhook")).not.toEqual(before);
  });
});

describe("a Secret that is no good", () => {
  const spoilt: [what: string, data: Record<string, string | null>][] = [
    ["is empty", { "tls.crt": null, "tls.key": null, "ca.crt": null }],
    ["holds garbage", { "tls.crt": "garbage", "tls.key": "garbage", "ca.crt": "garbage" }],
    ["holds half a certificate", { "tls.crt": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" }],
    ["holds no bytes of text", { "tls.key": "\u0000\u00ff\u0001" }],
    ["has lost its key", { "tls.key": null }],
    ["has lost its authority", { "ca.crt": null }],
  ];
  test.each(spoilt)("that %s is filled anew, and every replica serves what it holds then", async (_what, data) => {
    world = await CertificateWorld.start();
    const replica = await world.replica();
    const before = replica.current("webhook");
    const known = await world.caBundle();
    await world.changeSecret(data);
    await world.pass(6 * MINUTE);
    expect(replica.current("webhook")).not.toEqual(before);
    expect(await world.secretEntry("tls.crt")).toBe(replica.current("webhook")?.cert);
    // A replica that has not looked yet serves the old one, and is trusted.
    expect(await world.caBundle()).toContain(known);
    expect(world.warnings()).toEqual([]);
  });

  test("with the key of another certificate is filled anew", async () => {
    const stranger = await CertificateWorld.start();
    await stranger.replica();
    world = await CertificateWorld.start();
    await world.replica();
    world.stop();
    await world.changeSecret({ "tls.key": await stranger.secretEntry("tls.key") });
    stranger.stop();
    const replica = await world.replica();
    expect(() => replica.tlsOptions("webhook")).not.toThrow();
    greeter = await Greeter.start(replica.tlsOptions("webhook"));
    expect(await greeter.greet(await world.caBundle(), SERVICE)).toBe("authorized");
  });

  test("with a certificate of an authority that it does not hold is filled anew", async () => {
    const stranger = await CertificateWorld.start();
    await stranger.replica();
    world = await CertificateWorld.start();
    await world.replica();
    world.stop();
    const foreign = await stranger.secretEntry("tls.crt");
    await world.changeSecret({ "tls.crt": foreign, "tls.key": await stranger.secretEntry("tls.key") });
    stranger.stop();
    expect((await world.replica()).current("webhook")?.cert).not.toBe(foreign);
  });

  test("for another namespace is filled anew", async () => {
    world = await CertificateWorld.start();
    await world.replica();
    world.stop();
    const { data = {} } = await world.secret();
    await world.cluster.create(SECRETS, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: SECRET.name,
        namespace: "elsewhere",
        annotations: { "mlops.dev/certificate-issuer": "notebook-validator-operator" },
      },
      data,
    });
    const replica = await world.replica({ namespace: "elsewhere" });
    expect(replica.current("webhook")?.cert).not.toBe(Buffer.from(data["tls.crt"] ?? "", "base64").toString());
  });

  test("that expired while nobody ran is filled anew, without its old authority", async () => {
    world = await CertificateWorld.start();
    await world.replica();
    world.stop();
    await world.pass(400 * DAY);
    await world.replica();
    expect((await world.caBundle()).match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
  });
});

describe("permissions that lack", () => {
  test.each(["create", "get"])("may not %s the Secret: said once, no certificate, and no end of it", async (verb) => {
    world = await CertificateWorld.start({
      intercept: failing("Forbidden", (v, plural) => v === verb && plural === "secrets"),
    });
    const replica = await world.replica();
    expect(replica.current("webhook")).toBeUndefined();
    expect(replica.tlsOptions("metrics")).toBeUndefined();
    await world.pass(HOUR);
    expect(world.warnings()).toEqual([expect.stringMatching(/certificates need attention: secrets is forbidden/)]);
  });

  test("that come later are used then", async () => {
    let isForbidden = true;
    world = await CertificateWorld.start({
      intercept: (call, proceed) =>
        failing("Forbidden", (_verb, plural) => isForbidden && plural === "secrets")(call, proceed),
    });
    const replica = await world.replica();
    isForbidden = false;
    await world.pass(2 * MINUTE);
    expect(replica.current("webhook")).toBeDefined();
    expect(world.log.at(-1)?.msg).toBe("the certificates are in order again");
  });

  test("on the webhook configuration alone: metrics have their certificate", async () => {
    world = await CertificateWorld.start({
      intercept: failing("Forbidden", (verb, plural) => verb === "get" && plural.includes("webhook")),
    });
    expect((await world.replica()).current("metrics")).toBeDefined();
    expect(world.warnings()).toHaveLength(1);
  });

  test("a busy API server is asked again", async () => {
    let failures = 3;
    world = await CertificateWorld.start({
      intercept: (call, proceed) =>
        failing("ServiceUnavailable", (_verb, plural) => plural === "secrets" && failures-- > 0)(call, proceed),
    });
    const replica = await world.replica();
    expect(replica.current("webhook")).toBeUndefined();
    await world.pass(30_000);
    expect(replica.current("webhook")).toBeDefined();
  });
});
