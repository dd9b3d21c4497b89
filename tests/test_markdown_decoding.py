"""Bytes → text: encodings, line ends, and what is refused."""

from __future__ import annotations

import codecs
import zlib

import pytest

from knowledge.markdown import NotText, TooLarge, decode, parse
from knowledge.markdown.document import MAX_BYTES

TEXT = "# 常见问题\n\n## 1. 什么是茶？\n\n一种饮料，产自山区。\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("gbk"), "gb18030"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"", "utf-8"),
    ],
)
def test_encodings_are_recognised_and_named(data: bytes, encoding: str) -> None:
    text, name = decode(data)
    assert name == encoding
    assert text == (TEXT if data else "")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_become_newlines(end: str) -> None:
    assert decode(TEXT.replace("\n", end).encode())[0] == TEXT


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        zlib.compress(bytes(range(256)) * 400),
        b"PK\x03\x04" + b"\x00\x08" * 500,
        b"\x00" * 1000,
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF16_LE + b"\x00\xd8" * 9 + b"x",
        codecs.BOM_UTF8 + b"\xff\xfe\xfd",
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(NotText):
        decode(data)


def test_very_large_data_is_refused_with_its_size() -> None:
    with pytest.raises(TooLarge, match="bytes"):
        decode(b"a" * (MAX_BYTES + 1))
    with pytest.raises(TooLarge, match="characters"):
        parse("a" * (MAX_BYTES + 1))


def test_errors_are_value_errors() -> None:
    assert issubclass(NotText, ValueError)
    assert issubclass(TooLarge, ValueError)
