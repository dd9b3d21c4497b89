"""Files, folders and zip archives to named byte strings, bounded and safe.

Names are ``folder/file`` relative to what was given, so that the same file has the same name whether
it comes alone, in its folder or in an archive of that folder.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MARKDOWN = {".md", ".markdown", ".mdown", ".mkd", ".txt"}
IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
MAX_FILE = 20 * 1024 * 1024
MAX_TOTAL = 200 * 1024 * 1024
MAX_MEMBERS = 5_000
# An honest archive of text rarely packs better than 1:20; bombs start in the hundreds.
MAX_RATIO = 200


class Unreadable(ValueError):
    """A file, folder or archive that is refused; the message says why."""


@dataclass(frozen=True)
class File:
    name: str  # folder/file, forward slashes
    data: bytes

    @property
    def is_markdown(self) -> bool:
        return PurePosixPath(self.name).suffix.lower() in MARKDOWN

    @property
    def is_image(self) -> bool:
        return PurePosixPath(self.name).suffix.lower() in IMAGES


def read(path: Path) -> Iterator[File]:
    """The Markdown files and pictures at ``path``; raises Unreadable or OSError."""
    if not path.exists():
        raise Unreadable(f"{path}: there is no such file or folder")
    if path.is_dir():
        yield from _folder(path)
    elif path.suffix.lower() == ".zip":
        yield from read_zip(path.read_bytes(), path.name)
    else:
        yield _file(path, _name(path.resolve().parent.name, path.name))


def _name(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _file(path: Path, name: str) -> File:
    size = path.stat().st_size
    if size > MAX_FILE:
        raise Unreadable(f"{name}: {size // 2**20} MB is more than the {MAX_FILE // 2**20} MB allowed")
    return File(name, path.read_bytes())


def _folder(root: Path) -> Iterator[File]:
    top = root.resolve()
    total = 0
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.suffix.lower() not in MARKDOWN | IMAGES or not path.is_file():
            continue
        if not path.resolve().is_relative_to(top):
            raise Unreadable(f"{relative}: a link that leads out of the folder is not followed")
        file = _file(path, _name(top.name, relative.as_posix()))
        total += len(file.data)
        if total > MAX_TOTAL:
            raise Unreadable(f"{root}: more than {MAX_TOTAL // 2**20} MB in all")
        yield file


def read_zip(data: bytes, label: str) -> Iterator[File]:
    """The Markdown files and pictures of an archive. Nothing is written anywhere.

    Raises Unreadable for broken or encrypted archives, names that lead outside, links, and bombs.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{label}: not a readable zip archive") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Unreadable(f"{label}: {len(members)} entries are more than the {MAX_MEMBERS} allowed")
    total = 0
    for member in members:
        name = member.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or (parts and parts[0].endswith(":")):
            raise Unreadable(f"{label}: the entry {name!r} leads outside the archive")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Unreadable(f"{label}: the entry {name!r} is a link")
        if member.is_dir() or any(part.startswith((".", "__MACOSX")) for part in parts):
            continue
        if PurePosixPath(name).suffix.lower() not in MARKDOWN | IMAGES:
            continue
        yield File(_zip_name(label, name), _member(archive, member, label))
        total += member.file_size
        if total > MAX_TOTAL:
            raise Unreadable(f"{label}: more than {MAX_TOTAL // 2**20} MB unpacked")


def _zip_name(label: str, name: str) -> str:
    return name if "/" in name else _name(PurePosixPath(label).stem, name)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> bytes:
    if member.file_size > MAX_FILE:
        raise Unreadable(f"{label}: {member.filename} is larger than {MAX_FILE // 2**20} MB")
    if member.file_size > MAX_RATIO * max(member.compress_size, 1) and member.file_size > 2**20:
        raise Unreadable(f"{label}: {member.filename} is packed suspiciously tightly")
    try:
        with archive.open(member) as stream:
            data = stream.read(MAX_FILE + 1)  # the declared size may lie
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError) as error:
        raise Unreadable(f"{label}: {member.filename} cannot be read: {error}") from error
    if len(data) > MAX_FILE:
        raise Unreadable(f"{label}: {member.filename} is larger than {MAX_FILE // 2**20} MB")
    return data
