"""Seals the attempt's key for the operator with nothing but the standard library: X25519 (RFC 7748) with an ephemeral
key, HKDF-SHA256 (RFC 5869), a one-time pad, HMAC-SHA256 over it and the attempt's name. Version 2 of sealed keys."""

from __future__ import annotations

import base64
import hashlib
import hmac

KEY_BYTES = 32
_VERSION = b"\x02"
_INFO = b"nbv.seal.v2"
_TAG_BYTES = 16
_PRIME = 2**255 - 19
_A24 = 121665
_BASE_POINT = (9).to_bytes(KEY_BYTES, "little")


def seal(key: bytes, public_key: bytes, identity: str, ephemeral: bytes) -> str:
    """`key` as only the owner of `public_key` can read it, and only as that of the attempt that `identity` names.

    `ephemeral`: 32 random bytes, never used for anything else. Raises ValueError for what is no key of X25519.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("an attempt's key has %d bytes" % KEY_BYTES)
    own = x25519(ephemeral, _BASE_POINT)
    shared = x25519(ephemeral, public_key)
    if not any(shared):
        raise ValueError("the public key is of low order")
    derived = _hkdf(shared, own + public_key, 2 * KEY_BYTES)
    encrypted = bytes(a ^ b for a, b in zip(key, derived[:KEY_BYTES]))
    tag = hmac.new(derived[KEY_BYTES:], encrypted + identity.encode("utf-8"), hashlib.sha256).digest()[:_TAG_BYTES]
    return base64.urlsafe_b64encode(_VERSION + own + encrypted + tag).decode("ascii")


def x25519(scalar: bytes, point: bytes) -> bytes:
    """The Montgomery ladder of RFC 7748. Takes a time that depends on the scalar: only for keys that are used once."""
    if len(scalar) != KEY_BYTES or len(point) != KEY_BYTES:
        raise ValueError("keys of X25519 have %d bytes" % KEY_BYTES)
    k = int.from_bytes(scalar, "little") & ~7 & (2**254 - 1) | 2**254
    u = int.from_bytes(point, "little") & (2**255 - 1)
    x1, x2, z2, x3, z3 = u, 1, 0, u, 1
    swap = 0
    for bit in range(254, -1, -1):
        now = k >> bit & 1
        if swap != now:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = now
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a, b * b
        e = aa - bb
        da, cb = (x3 - z3) * a, (x3 + z3) * b
        x3 = pow(da + cb, 2, _PRIME)
        z3 = x1 * pow(da - cb, 2, _PRIME) % _PRIME
        x2 = aa * bb % _PRIME
        z2 = e * (aa + _A24 * e) % _PRIME
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, _PRIME - 2, _PRIME) % _PRIME).to_bytes(KEY_BYTES, "little")


def _hkdf(secret: bytes, salt: bytes, length: int) -> bytes:
    extracted = hmac.new(salt, secret, hashlib.sha256).digest()
    text = block = b""
    while len(text) < length:
        block = hmac.new(extracted, block + _INFO + bytes([len(text) // 32 + 1]), hashlib.sha256).digest()
        text += block
    return text[:length]
