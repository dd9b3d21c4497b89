"""Bytes of a text file → text with `\\n` line ends and the name of its encoding."""

from __future__ import annotations

import codecs
import unicodedata

from knowledge.markdown.document import MAX_BYTES, NotText, TooLarge

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALLOWED_CONTROLS = frozenset("\n\t\f\v\x1b\x08\x7f\x85")


def decode(data: bytes) -> tuple[str, str]:
    """Return (text, encoding name) of a Markdown file's bytes.

    Tried in order: a byte order mark, UTF-8, UTF-16 without a mark (by its zero bytes), GB18030.
    Raises NotText for binary data and TooLarge beyond MAX_BYTES bytes.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(
            f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} are read. Split it and retry."
        )
    text, encoding = _decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _is_text(text):
        raise NotText("The file is binary, not text.")
    return text, encoding


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise NotText("UTF-32 is not supported; save the file as UTF-8.")
    for mark, name in _MARKS:
        if data.startswith(mark):
            codec = "utf-8" if name == "utf-8-sig" else name
            try:
                return data[len(mark) :].decode(codec), name
            except UnicodeDecodeError as error:
                raise NotText(f"The file is marked as {name} but is not valid: {error}.") from error
    names: tuple[str, ...] = ("utf-8", "gb18030")
    if b"\x00" in data[:4096]:
        names = _unmarked_utf16(data)
    for name in names:
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
    raise NotText("The file is binary or in an encoding that is not known; save it as UTF-8.")


def _unmarked_utf16(data: bytes) -> tuple[str, ...]:
    """UTF-16 text holds its ASCII characters (line ends, spaces) next to zero bytes."""
    pairs = list(zip(data[0:4096:2], data[1:4096:2], strict=False))
    little = sum(1 for low, high in pairs if high == 0 and 9 <= low < 128)
    big = sum(1 for high, low in pairs if high == 0 and 9 <= low < 128)
    if little > 4 * big:
        return ("utf-16-le",)
    if big > 4 * little:
        return ("utf-16-be",)
    return ()


def _is_text(text: str) -> bool:
    """Whether control and unassigned characters are as rare as they are in prose."""
    sample = text if len(text) <= 200_000 else text[:100_000] + text[-100_000:]
    if "\x00" in sample:
        return False
    odd = sum(
        1
        for char in sample
        if not char.isprintable()
        and char not in _ALLOWED_CONTROLS
        and unicodedata.category(char) in {"Cc", "Cn", "Co", "Cs"}
    )
    return odd <= len(sample) * 0.02
