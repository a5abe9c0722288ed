"""Picture files as bytes: which parts draw the picture, and how many times."""

import re
import struct
import zlib

JPEG_START, PNG_START = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"

# A marker within scan data: not a stuffed FF, a restart or a filler.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_END, _JPEG_SCAN = 0xD9, 0xDA
_JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}

# Pixels, palette, transparency, colours, and which side is up.
_PNG_DRAWN = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"sRGB", b"eXIf"}
# Pillow refuses a file whose profile unpacks to more.
_PROFILE_MAX_BYTES = 1 << 20


def jpeg_scans(data: bytes) -> int:
    """Return how many scans a JPEG has, ignoring data after its end.

    A progressive JPEG has about ten scans; a few bytes are enough for another one.
    """
    scans, at = 0, len(JPEG_START)
    while found := _JPEG_MARKER.search(data, at):
        marker, at = found[0][1], found.end()
        if marker == _JPEG_END:
            break
        scans += marker == _JPEG_SCAN
        if marker not in _JPEG_WITHOUT_LENGTH:
            at += max(2, int.from_bytes(data[at : at + 2], "big"))
    return scans


def drawn_png(data: bytes) -> bytes | None:
    """Return a PNG without its texts, its animation and data after its end.

    None if its end is missing. Checksums are left to the decoder.
    """
    kept, at = [data[: len(PNG_START)]], len(PNG_START)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + 12 + length]
        at += 12 + length
        if at > len(data):
            return None
        if kind in _PNG_DRAWN and not (kind == b"iCCP" and _is_too_large(chunk[8:-4])):
            kept.append(chunk)
        if kind == b"IEND":
            return b"".join(kept)
    return None


def _is_too_large(profile: bytes) -> bool:
    _name, _end, packed = profile.partition(b"\0")
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed[1:], _PROFILE_MAX_BYTES)
    except zlib.error:
        return False  # Pillow ignores a broken one
    return bool(unpacking.unconsumed_tail)
