import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import type * as Pki from "pkijs";
import type { Instant } from "../../api/index.js";

/** A certificate and its private key, both as PEM: what `tls.createSecureContext` takes. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A new serving certificate. The key of the authority that signed it is forgotten: it signs nothing else, ever. */
export interface IssuedCertificate extends KeyPair {
  /** Certificate of the authority, PEM. */
  readonly authority: string;
}

/** Life of a serving certificate and of its authority, in days. */
export const LIFE_DAYS = 365;
/** Certificates are valid from so long before they were made, since clocks of machines differ; milliseconds. */
export const CLOCK_SKEW_MS = 60 * 60 * 1000;

const DAY_MS = 24 * 60 * 60 * 1000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const HASH = "SHA-256";

/**
 * Issues a serving certificate (ECDSA P-256) for DNS names, from an authority that is made for it alone. Profile of RFC 5280:
 * the authority may sign end entities only, the certificate may serve TLS only.
 * @param names DNS names, at least one
 */
export async function issueCertificate(names: readonly string[], now: Instant): Promise<IssuedCertificate> {
  const pki = await import("pkijs");
  const engine = new pki.CryptoEngine({ name: "node", crypto: webcrypto as never, subtle: webcrypto.subtle as never });
  const validity = { from: new Date(now - CLOCK_SKEW_MS), to: new Date(now - CLOCK_SKEW_MS + LIFE_DAYS * DAY_MS) };
  const authorityKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const authorityId = await keyId(authorityKeys.publicKey);
  const serial = serialNumber();
  // A name of its own for each: verifiers choose by name among the authorities of a bundle.
  const authorityName = `notebook-validator-operator CA ${Buffer.from(serial).toString("hex").slice(0, 16)}`;

  const authority = await certificate(pki, engine, {
    serial,
    subject: authorityName,
    issuer: authorityName,
    validity,
    publicKey: authorityKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      [pki.id_BasicConstraints, true, new pki.BasicConstraints({ cA: true, pathLenConstraint: 0 })],
      [pki.id_KeyUsage, true, await keyUsage([KEY_CERT_SIGN])],
      [pki.id_SubjectKeyIdentifier, false, await octets(authorityId)],
    ],
  });
  const serving = await certificate(pki, engine, {
    serial: serialNumber(),
    subject: "notebook-validator-operator",
    issuer: authorityName,
    validity,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      [pki.id_BasicConstraints, true, new pki.BasicConstraints({ cA: false })],
      [pki.id_KeyUsage, true, await keyUsage([DIGITAL_SIGNATURE])],
      [pki.id_ExtKeyUsage, false, new pki.ExtKeyUsage({ keyPurposes: [SERVER_AUTHENTICATION] })],
      [
        pki.id_SubjectAltName,
        false,
        new pki.GeneralNames({ names: names.map((value) => new pki.GeneralName({ type: DNS_NAME, value })) }),
      ],
      [
        pki.id_AuthorityKeyIdentifier,
        false,
        new pki.AuthorityKeyIdentifier({ keyIdentifier: await octets(authorityId) }),
      ],
    ],
  });
  return {
    cert: serving,
    key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }) as string,
    authority,
  };
}

/** Bits of KeyUsage, counted from the first (RFC 5280, 4.2.1.3). */
const DIGITAL_SIGNATURE = 0;
const KEY_CERT_SIGN = 5;
/** `id-kp-serverAuth` (RFC 5280, 4.2.1.12). */
const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
/** Choice `dNSName` of GeneralName (RFC 5280, 4.2.1.6). */
const DNS_NAME = 2;
/** `id-at-commonName`. */
const COMMON_NAME = "2.5.4.3";

type Library = typeof Pki;
type Asn1 = { toBER(): ArrayBuffer };
type Encodable = Asn1 | { toSchema(): Asn1 };

interface Draft {
  readonly serial: ArrayBuffer;
  readonly subject: string;
  readonly issuer: string;
  readonly validity: { readonly from: Date; readonly to: Date };
  readonly publicKey: webcrypto.CryptoKey;
  readonly signingKey: webcrypto.CryptoKey;
  readonly extensions: readonly (readonly [oid: string, critical: boolean, value: Encodable])[];
}

async function certificate(pki: Library, engine: Pki.CryptoEngine, draft: Draft): Promise<string> {
  const { Integer } = await import("asn1js");
  const made = new pki.Certificate();
  made.version = 2; // v3
  made.serialNumber = new Integer({ valueHex: draft.serial });
  await addName(pki, made.subject, draft.subject);
  await addName(pki, made.issuer, draft.issuer);
  made.notBefore.value = draft.validity.from;
  made.notAfter.value = draft.validity.to;
  made.extensions = draft.extensions.map(([extnID, critical, value]) => {
    const schema = "toSchema" in value ? value.toSchema() : value;
    return new pki.Extension({ extnID, critical, extnValue: schema.toBER() });
  });
  await made.subjectPublicKeyInfo.importKey(draft.publicKey, engine);
  await made.sign(draft.signingKey, HASH, engine);
  return pem(made.toSchema(true).toBER());
}

async function addName(pki: Library, name: Pki.RelativeDistinguishedNames, value: string): Promise<void> {
  const { Utf8String } = await import("asn1js");
  name.typesAndValues.push(new pki.AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value }) }));
}

async function octets(bytes: Uint8Array<ArrayBuffer>) {
  const { OctetString } = await import("asn1js");
  return new OctetString({ valueHex: bytes.buffer });
}

async function keyUsage(bits: readonly number[]) {
  const { BitString } = await import("asn1js");
  const value = new Uint8Array([bits.reduce((byte, bit) => byte | (0x80 >> bit), 0)]);
  const last = Math.max(...bits);
  return new BitString({ valueHex: value.buffer, unusedBits: 7 - last });
}

/** 127 random bits: positive, and never shorter than it looks (RFC 5280, 4.1.2.2). */
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.buffer;
}

/** SHA-1 of the public key's bits: a name for it, no protection (RFC 5280, 4.2.1.2). */
async function keyId(key: webcrypto.CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  const raw = await webcrypto.subtle.exportKey("raw", key);
  return new Uint8Array(await webcrypto.subtle.digest("SHA-1", raw));
}

function pem(der: ArrayBuffer): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g);
  return `-----BEGIN CERTIFICATE-----\n${(lines ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
}
