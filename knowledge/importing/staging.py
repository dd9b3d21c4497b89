"""Uploads between being read and being imported: kept on disk for the person who made them.

A folder below ``DATA_DIR/imports`` holds the files as read (entries, not bytes), the pictures, and
what the person decided so far. The plan itself is made anew each time, so it always speaks of the
bank as it is.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from knowledge.importing.plan import (
    Parsed,
    Plan,
    entry_from_json,
    entry_to_json,
    parse,
    plan_of,
)
from knowledge.reading import File

# Uploads that nobody applied are thrown away after this time.
KEPT_SECONDS = 3 * 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,60}")


class Gone(LookupError):
    """There is no such upload, or it is somebody else's."""


@dataclass(frozen=True)
class StagedPicture:
    name: str
    path: Path

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()


@dataclass
class Staged:
    """``decisions``: see plan_of; each only where it differs from what is proposed."""

    token: str
    files: list[Parsed]
    pictures: list[StagedPicture]
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return _root() / self.token

    def save(self) -> None:
        _write(self.folder / "decisions.json", self.decisions)

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def proposal(self) -> Plan:
        """What would happen if the person said nothing more."""
        return plan_of(self.files, self.pictures)

    def plan(self) -> Plan:
        """What is to happen, with the person's decisions."""
        return plan_of(self.files, self.pictures, self.decisions)


def _root() -> Path:
    return settings.DATA_DIR / "imports"


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def stage(files: Iterable[File], user_id: int) -> Staged:
    """Keep what was uploaded for ``user_id``."""
    _tidy()
    token = secrets.token_urlsafe(24)
    folder = _root() / token
    (folder / "pictures").mkdir(parents=True)
    parsed: list[Parsed] = []
    pictures: list[StagedPicture] = []
    for file in files:
        if file.is_image and not file.refused:
            path = folder / "pictures" / str(len(pictures))
            path.write_bytes(file.data)
            pictures.append(StagedPicture(file.name, path))
        else:
            parsed.append(parse(file))
    stored = {
        "user": user_id,
        "files": [
            {**asdict(replace(f, entries=())), "entries": [entry_to_json(e) for e in f.entries]}
            for f in parsed
        ],
        "pictures": [picture.name for picture in pictures],
    }
    # Front matter may hold dates; they are shown, never counted with.
    text = json.dumps(stored, ensure_ascii=False, default=str)
    (folder / "files.json").write_text(text, encoding="utf-8")
    return load(token, user_id)


def load(token: str, user_id: int) -> Staged:
    """Raises Gone for what is not there or not theirs."""
    folder = _root() / token
    if not _TOKEN.fullmatch(token):
        raise Gone(token)
    try:
        stored = json.loads((folder / "files.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise Gone(token) from error
    if stored["user"] != user_id:
        raise Gone(token)
    files = [
        Parsed(
            **{
                **file,
                "entries": tuple(map(entry_from_json, file["entries"])),
                "warnings": tuple(file["warnings"]),
            }
        )
        for file in stored["files"]
    ]
    pictures = [
        StagedPicture(name, folder / "pictures" / str(number))
        for number, name in enumerate(stored["pictures"])
    ]
    staged = Staged(token, files, pictures)
    if (folder / "decisions.json").exists():
        staged.decisions = json.loads((folder / "decisions.json").read_text(encoding="utf-8"))
    return staged


def _tidy() -> None:
    old = time.time() - KEPT_SECONDS
    for folder in _root().glob("*"):
        if folder.is_dir() and folder.stat().st_mtime < old:
            shutil.rmtree(folder, ignore_errors=True)


def digest(plan: Plan) -> str:
    """Changes when the plan proposes something else than before, because the bank has moved on."""
    seen = [
        [item.status, item.question.pk, item.question.content_hash()]
        if item.question
        else [item.status]
        for file in plan.files
        for item in file.items
    ]
    missing = [[question.pk for question in file.missing] for file in plan.files]
    return sha256(json.dumps([seen, missing]).encode()).hexdigest()[:16]
