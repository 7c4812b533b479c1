import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import { ATTEMPT_KEY_BYTES } from "../attempt-key.js";

/** Length of X25519 keys, public and private, in bytes. */
export const SEALING_KEY_BYTES = 32;

/** First byte of a sealed key: says how the rest was made. */
const VERSION = 1;
/** That of keys which the standard library of Python sealed (`runner/nbv_runner/seal.py`): it has no AES. */
const PLAIN_VERSION = 2;
const INFO = "nbv.seal.v1";
const PLAIN_INFO = "nbv.seal.v2";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Version, ephemeral public key, encrypted key, tag. A multiple of three, so that base64url has one spelling for it. */
const SEALED_BYTES = 1 + SEALING_KEY_BYTES + ATTEMPT_KEY_BYTES + TAG_BYTES;
const SEALED_TEXT = new RegExp(`^[A-Za-z0-9_-]{${(SEALED_BYTES / 3) * 4}}$`);

/** What stands before the 32 bytes of a raw X25519 private key in PKCS #8 (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");

/** X25519 keys of one who opens sealed keys. */
export interface SealingKeys {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The keys that belong to a secret, by HKDF-SHA256: the same wherever the secret is the same. */
export function sealingKeys(secret: Uint8Array): SealingKeys {
  const raw = hkdfSync("sha256", secret, new Uint8Array(0), `${INFO} recipient`, SEALING_KEY_BYTES);
  const privateKey = privateKeyObject(new Uint8Array(raw));
  return { privateKey, publicKey: rawPublicKey(privateKey) };
}

/**
 * An attempt's key, readable only for the owner of `publicKey` and only as the key of the attempt that `identity` names:
 * X25519 with an ephemeral key, HKDF-SHA256, AES-256-GCM with the identity as associated data. Always 108 characters of
 * base64url: version 1, ephemeral public key, encrypted key, tag.
 *
 * @param key 32 bytes
 * @param publicKey X25519, 32 bytes
 * @param identity from {@link identityText}
 * @param ephemeral 32 random bytes, never used for anything else
 * @throws RangeError for a key of another length; Error for a public key that is none
 */
export function sealKey(key: Uint8Array, publicKey: Uint8Array, identity: string, ephemeral: Uint8Array): string {
  if (key.byteLength !== ATTEMPT_KEY_BYTES) throw new RangeError(`an attempt's key has ${ATTEMPT_KEY_BYTES} bytes`);
  const own = privateKeyObject(ephemeral);
  const ownPublic = rawPublicKey(own);
  const { secret, nonce } = sharedSecret(own, publicKeyObject(publicKey), ownPublic, publicKey);
  const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(identity));
  const encrypted = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), ownPublic, encrypted, cipher.getAuthTag()]).toString("base64url");
}

/**
 * The key in a sealed text, or `undefined` when it was not sealed for these keys and this attempt, or was changed.
 * Never throws, whatever the text is.
 */
export function unsealKey(own: SealingKeys, identity: string, sealed: string): Uint8Array | undefined {
  if (!SEALED_TEXT.test(sealed)) return undefined;
  const bytes = Buffer.from(sealed, "base64url");
  const [theirPublic, encrypted, tag] = parts(bytes.subarray(1));
  try {
    if (bytes[0] === PLAIN_VERSION) return unsealPlain(own, identity, theirPublic, encrypted, tag);
    if (bytes[0] !== VERSION) return undefined;
    const { secret, nonce } = sharedSecret(own.privateKey, publicKeyObject(theirPublic), theirPublic, own.publicKey);
    const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(identity))
      .setAuthTag(tag);
    return Uint8Array.from(Buffer.concat([decipher.update(encrypted), decipher.final()]));
  } catch {
    // A tag that does not fit, or a point that no honest sender has.
    return undefined;
  }
}

/** X25519, HKDF-SHA256, a one-time pad, HMAC-SHA256 over it and the identity. @throws for a point that no honest sender has */
function unsealPlain(
  own: SealingKeys,
  identity: string,
  theirPublic: Uint8Array,
  encrypted: Uint8Array,
  tag: Uint8Array,
): Uint8Array | undefined {
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: publicKeyObject(theirPublic) });
  const salt = Buffer.concat([theirPublic, own.publicKey]);
  const derived = Buffer.from(hkdfSync("sha256", shared, salt, PLAIN_INFO, 2 * ATTEMPT_KEY_BYTES));
  const [pad, macKey] = [derived.subarray(0, ATTEMPT_KEY_BYTES), derived.subarray(ATTEMPT_KEY_BYTES)];
  const expected = createHmac("sha256", macKey).update(encrypted).update(identity).digest().subarray(0, TAG_BYTES);
  if (!timingSafeEqual(expected, tag)) return undefined;
  return Uint8Array.from(encrypted, (byte, index) => byte ^ (pad[index] ?? 0));
}

function parts(bytes: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  const end = SEALING_KEY_BYTES + ATTEMPT_KEY_BYTES;
  return [bytes.subarray(0, SEALING_KEY_BYTES), bytes.subarray(SEALING_KEY_BYTES, end), bytes.subarray(end)];
}

/** Both public keys enter, so that a sealed key belongs to exactly this pair. A pair is used once, so is its nonce. */
function sharedSecret(privateKey: KeyObject, publicKey: KeyObject, sender: Uint8Array, recipient: Uint8Array) {
  const shared = diffieHellman({ privateKey, publicKey });
  const salt = Buffer.concat([sender, recipient]);
  const derived = Buffer.from(hkdfSync("sha256", shared, salt, INFO, 32 + NONCE_BYTES));
  return { secret: derived.subarray(0, 32), nonce: derived.subarray(32) };
}

function privateKeyObject(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, sized(raw)]), format: "der", type: "pkcs8" });
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  const x = Buffer.from(sized(raw)).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return Buffer.from(x, "base64url");
}

function sized(raw: Uint8Array): Uint8Array {
  if (raw.byteLength !== SEALING_KEY_BYTES) throw new RangeError(`an X25519 key has ${SEALING_KEY_BYTES} bytes`);
  return raw;
}
