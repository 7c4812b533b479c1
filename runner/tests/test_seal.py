"""Sealed keys of version 2; that the operator opens them is shown by its own tests."""

import base64

import pytest

from nbv_runner.seal import seal, x25519


def _hex(text):
    return bytes.fromhex(text)


# RFC 7748, section 5.2 and 6.1.
@pytest.mark.parametrize(
    ("scalar", "point", "product"),
    [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
        (
            "09" + "00" * 31,
            "09" + "00" * 31,
            "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
        ),
    ],
)
def test_products_are_those_of_the_standard(scalar, point, product):
    assert x25519(_hex(scalar), _hex(point)).hex() == product


def test_both_sides_agree():
    mine, theirs, base = bytes(range(32)), bytes(range(32, 64)), (9).to_bytes(32, "little")
    assert x25519(mine, x25519(theirs, base)) == x25519(theirs, x25519(mine, base))


def test_a_sealed_key_has_its_form_and_hides_the_key():
    key, public = b"k" * 32, x25519(b"\x01" * 32, (9).to_bytes(32, "little"))
    sealed = seal(key, public, "nbv.v1|a|b|c|1", b"\x02" * 32)
    raw = base64.urlsafe_b64decode(sealed)
    assert (len(sealed), len(raw), raw[0]) == (108, 81, 2)
    assert key not in raw
    assert seal(key, public, "nbv.v1|a|b|c|2", b"\x02" * 32) != sealed


@pytest.mark.parametrize("public", [b"\x00" * 32, b"\x01" + b"\x00" * 31])
def test_a_point_of_low_order_gets_nothing(public):
    with pytest.raises(ValueError):
        seal(b"k" * 32, public, "id", b"\x02" * 32)


@pytest.mark.parametrize(("key", "public"), [(b"short", b"\x09" * 32), (b"k" * 32, b"short")])
def test_lengths_are_checked(key, public):
    with pytest.raises(ValueError):
        seal(key, public, "id", b"\x02" * 32)
