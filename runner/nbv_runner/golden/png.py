"""Just enough PNG to see what a plot shows: grey values of a small grid, from the standard library alone."""

from __future__ import annotations

import struct
import zlib
from typing import List, Tuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_RAW_BYTES = 24 * 1024 * 1024
"""Of the decompressed image: pure Python takes about a second for 4 MB."""
MAX_SIDE = 20_000
"""Pixels: no plot is wider or higher, and each column of one row is an object of its own while it is read."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

Grid = List[List[float]]


def raw_bytes(data: bytes) -> int:
    """Of the decompressed image, by its header alone; 0 for what is no PNG or will not be read anyway."""
    if not data.startswith(SIGNATURE) or len(data) < 26:
        return 0
    width, height, _, colour = struct.unpack(">IIBB", data[16:26])
    size = int(width * height * _CHANNELS.get(colour, 4))
    return 0 if size > MAX_RAW_BYTES or max(width, height) > MAX_SIDE else size


class UnreadablePng(ValueError):
    """Not a PNG, broken, or of a kind that is not read here (interlaced, 16 bits, too large). The text says which."""


def grey_grid(data: bytes, size: int) -> Grid:
    """Mean brightness (0 to 255, on white) of `size` by `size` fields. Raises UnreadablePng."""
    width, height, depth, colour, palette, packed = _chunks(data)
    channels = _CHANNELS[colour]
    row_bytes = (width * channels * depth + 7) // 8
    raw = _inflate(packed, (row_bytes + 1) * height)
    stride = max(1, channels * depth // 8)
    columns = [column * size // width for column in range(width)]
    sums = [[0.0] * size for _ in range(size)]
    counts = [[0] * size for _ in range(size)]
    previous = bytes(row_bytes)
    for row in range(height):
        start = row * (row_bytes + 1)
        previous = _unfiltered(raw[start], raw[start + 1 : start + 1 + row_bytes], previous, stride)
        line, numbers = sums[row * size // height], counts[row * size // height]
        for column, grey in zip(columns, _greys(previous, width, depth, colour, palette)):
            line[column] += grey
            numbers[column] += 1
    return [[total / count if count else 255.0 for total, count in zip(*both)] for both in zip(sums, counts)]


def _chunks(data: bytes) -> Tuple[int, int, int, int, List[float], bytes]:
    if not data.startswith(SIGNATURE):
        raise UnreadablePng("it is no PNG")
    position, packed, palette, transparent, header = 8, [], b"", b"", b""
    while position + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        position += 12 + length
        if kind == b"IHDR":
            header = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"tRNS":
            transparent = body
        elif kind == b"IDAT":
            packed.append(body)
        elif kind == b"IEND":
            break
    if len(header) != 13:
        raise UnreadablePng("it has no header")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if interlaced or depth not in (1, 2, 4, 8) or colour not in _CHANNELS or (depth < 8 and colour not in (0, 3)):
        raise UnreadablePng("it is interlaced or has an unusual colour depth")
    if not width or not height or width * height * _CHANNELS[colour] > MAX_RAW_BYTES:
        raise UnreadablePng("it is empty or too large")
    if max(width, height) > MAX_SIDE:
        raise UnreadablePng("it is more than %d pixels wide or high" % MAX_SIDE)
    greys = []
    for index in range(len(palette) // 3):
        red, green, blue = palette[3 * index : 3 * index + 3]
        alpha = transparent[index] if colour == 3 and index < len(transparent) else 255
        greys.append(_on_white(_luminance(red, green, blue), alpha))
    if colour == 3 and not greys:
        raise UnreadablePng("it has no palette")
    return width, height, depth, colour, greys, b"".join(packed)


def _inflate(packed: bytes, size: int) -> bytes:
    try:
        raw = zlib.decompressobj().decompress(packed, size)
    except zlib.error as error:
        raise UnreadablePng("it is broken") from error
    if len(raw) < size:
        raise UnreadablePng("it is cut short")
    return raw


def _unfiltered(kind: int, row: bytes, above: bytes, stride: int) -> bytes:
    if kind == 0:
        return row
    if kind == 2:
        return bytes([(value + up) & 255 for value, up in zip(row, above)])
    line = bytearray(row)
    if kind == 1:
        for index in range(stride, len(line)):
            line[index] = (line[index] + line[index - stride]) & 255
    elif kind == 3:
        for index in range(len(line)):
            left = line[index - stride] if index >= stride else 0
            line[index] = (line[index] + (left + above[index]) // 2) & 255
    elif kind == 4:
        for index in range(len(line)):
            left, corner = (line[index - stride], above[index - stride]) if index >= stride else (0, 0)
            line[index] = (line[index] + _paeth(left, above[index], corner)) & 255
    else:
        raise UnreadablePng("it is broken")
    return bytes(line)


def _paeth(left: int, up: int, corner: int) -> int:
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


def _greys(row: bytes, width: int, depth: int, colour: int, palette: List[float]) -> List[float]:
    if colour == 6:
        values = zip(row[0::4], row[1::4], row[2::4], row[3::4])
        return [_on_white(_luminance(red, green, blue), alpha) for red, green, blue, alpha in values]
    if colour == 2:
        return [_luminance(red, green, blue) for red, green, blue in zip(row[0::3], row[1::3], row[2::3])]
    if colour == 4:
        return [_on_white(grey, alpha) for grey, alpha in zip(row[0::2], row[1::2])]
    samples = row if depth == 8 else _samples(row, width, depth)
    if colour == 3:
        return [palette[sample] if sample < len(palette) else 0.0 for sample in samples]
    return [sample * 255 / ((1 << depth) - 1) for sample in samples]


def _samples(row: bytes, width: int, depth: int) -> List[int]:
    per_byte, mask = 8 // depth, (1 << depth) - 1
    places = range(width)
    return [(row[at // per_byte] >> (8 - depth * (at % per_byte + 1))) & mask for at in places]


def _luminance(red: int, green: int, blue: int) -> float:
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _on_white(grey: float, alpha: int) -> float:
    return grey if alpha == 255 else 255 - (255 - grey) * alpha / 255
