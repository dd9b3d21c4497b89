"""Files, folders and zip archives to named byte strings, bounded and safe.

Names are ``folder/file`` relative to what was given; where the same file comes under another outer
folder, the importer recognises it by its content.
"""

from __future__ import annotations

import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

MARKDOWN = {".md", ".markdown", ".mdown", ".mkd", ".txt"}
IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
MEGABYTE = 1024 * 1024
MAX_FILE = 20 * MEGABYTE
MAX_TOTAL = 200 * MEGABYTE
MAX_MEMBERS = 5_000
# An honest archive of text rarely packs better than 1:20; bombs start in the hundreds.
MAX_RATIO = 200

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,  # encrypted
    ValueError,
)


class Unreadable(ValueError):
    """What was given is refused as a whole; the message says why."""


@dataclass(frozen=True)
class File:
    name: str  # folder/file, forward slashes
    data: bytes
    refused: str = ""  # why this one file was not read

    @property
    def is_markdown(self) -> bool:
        return PurePosixPath(self.name).suffix.lower() in MARKDOWN

    @property
    def is_image(self) -> bool:
        return PurePosixPath(self.name).suffix.lower() in IMAGES


def read(path: Path) -> Iterator[File]:
    """The Markdown files and pictures at ``path``; raises Unreadable or OSError."""
    if not path.exists():
        raise Unreadable(_("%(name)s: there is no such file or folder") % {"name": path})
    if path.is_dir():
        yield from _folder(path)
        return
    if not path.is_file():
        raise Unreadable(_("%(name)s: this is not a file") % {"name": path})
    if path.suffix.lower() == ".zip":
        if path.stat().st_size > MAX_TOTAL:
            raise Unreadable(_too_much(str(path)))
        yield from read_zip(path.read_bytes(), path.name)
        return
    yield accept(_name(path.resolve().parent.name, path.name), path)


def accept(name: str, content: Path | bytes) -> File:
    """One file by its name and size, read if they are acceptable."""
    if PurePosixPath(name).suffix.lower() not in MARKDOWN | IMAGES:
        return File(
            name, b"", _("This kind of file is not read: Markdown, text, pictures and zip are.")
        )
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > MAX_FILE:
        return File(name, b"", too_large(size))
    return File(name, content if isinstance(content, bytes) else content.read_bytes())


def too_large(size: int) -> str:
    return _("The file has %(size)d MB; at most %(most)d MB are read.") % {
        "size": -(-size // MEGABYTE),
        "most": MAX_FILE // MEGABYTE,
    }


def _too_much(name: str) -> str:
    most = MAX_TOTAL // MEGABYTE
    return _("%(name)s: more than %(most)d MB in all") % {"name": name, "most": most}


def _too_many(name: str) -> str:
    return _("%(name)s: more than %(most)d files") % {"name": name, "most": MAX_MEMBERS}


def _name(*parts: str) -> str:
    return as_text("/".join(part for part in parts if part))


def as_text(path: str) -> str:
    """A path whose bytes are not in the system's encoding, as unpacking an archive of Chinese Windows
    leaves them, in characters."""
    if path.isascii():
        return path
    return "/".join(_decoded(os.fsencode(part)) for part in path.split("/"))


def _folder(root: Path) -> Iterator[File]:
    top = root.resolve()
    total = number = 0
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.suffix.lower() not in MARKDOWN | IMAGES or not path.is_file():
            continue
        name = _name(top.name, relative.as_posix())
        if not path.resolve().is_relative_to(top):
            yield File(name, b"", _("A link that leads out of the folder is not followed."))
            continue
        file = accept(name, path)
        number += 1
        total += len(file.data)
        if total > MAX_TOTAL:
            raise Unreadable(_too_much(str(root)))
        if number > MAX_MEMBERS:
            raise Unreadable(_too_many(str(root)))
        yield file


def read_zip(data: bytes, label: str) -> Iterator[File]:
    """The Markdown files and pictures of an archive. Nothing is written anywhere.

    Raises Unreadable for broken or encrypted archives, names that lead outside, links, and bombs.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except _BROKEN as error:
        raise Unreadable(_("%(name)s: not a readable zip archive") % {"name": label}) from error
    if len(members) > MAX_MEMBERS:
        raise Unreadable(_too_many(label))
    wanted = [(name, m) for m in members if (name := _safe_name(m, label))]
    if sum(member.file_size for _name, member in wanted) > MAX_TOTAL:
        raise Unreadable(_too_much(label))
    total = 0
    for name, member in wanted:
        file = File(
            name if "/" in name else _name(PurePosixPath(label).stem, name),
            *_member(archive, member, label),
        )
        total += len(file.data)
        if total > MAX_TOTAL:  # the declared sizes may lie
            raise Unreadable(_too_much(label))
        yield file


def _safe_name(member: zipfile.ZipInfo, label: str) -> str:
    """The member's path, or "" if it is not wanted; raises Unreadable for a path that is a trap."""
    name = _name_in_zip(member).replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or (parts and parts[0].endswith(":")):
        message = _("%(label)s: the entry %(name)s leads outside the archive")
        raise Unreadable(message % {"label": label, "name": repr(name)})
    if stat.S_ISLNK(member.external_attr >> 16):
        message = _("%(label)s: the entry %(name)s is a link")
        raise Unreadable(message % {"label": label, "name": repr(name)})
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    known = PurePosixPath(name).suffix.lower() in MARKDOWN | IMAGES
    return name if known and not hidden and not member.is_dir() else ""


def _name_in_zip(member: zipfile.ZipInfo) -> str:
    """Archives of older Windows tools hold names in the system's encoding without saying so."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    return _decoded(member.filename.encode("cp437", "replace"))


def _decoded(name: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "replace")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> tuple[bytes, str]:
    """(content, why it was refused)."""
    if member.file_size > MAX_FILE:
        return b"", too_large(member.file_size)
    if member.file_size > MAX_RATIO * max(member.compress_size, 1) and member.file_size > MEGABYTE:
        message = _("%(label)s: %(name)s is packed suspiciously tightly")
        raise Unreadable(message % {"label": label, "name": member.filename})
    try:
        with archive.open(member) as stream:
            data = stream.read(MAX_FILE + 1)
    except _BROKEN as error:
        message = _("%(label)s: %(name)s cannot be read: %(error)s")
        raise Unreadable(
            message % {"label": label, "name": member.filename, "error": error}
        ) from error
    return (b"", too_large(len(data))) if len(data) > MAX_FILE else (data, "")
