"""The whole site in one file: every row and every picture, whichever database holds them.

A zip archive with one file of JSON lines for each kind of row. The rows are read in one snapshot, so
that the site may go on meanwhile; restoring is one transaction. What is left out: sessions (people
sign in again), the secret key, the index (derived), and uploads that nobody applied yet.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.apps import apps as present
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils._os import safe_join

from knowledge.models import Generation

FORMAT = 1
LEFT_OUT = {"sessions.session"}


class Unusable(Exception):
    """The file cannot be restored; the message says why. The site is as it was."""


@dataclass(frozen=True)
class Summary:
    rows: int
    pictures: int


# --- writing --------------------------------------------------------------------------------------


def write(target: Path, *, now: dt.datetime) -> Summary:
    """Write a backup to ``target``, readable by its owner alone. An older file of that name is
    replaced only by a whole one. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=target.resolve().parent, prefix=".backup-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
                summary = _fill(archive, now)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return summary


def _fill(archive: zipfile.ZipFile, now: dt.datetime) -> Summary:
    counts: dict[str, int] = {}
    with _snapshot():
        migrations = _state()
        for model in _models(present):
            label = model._meta.label_lower
            if label in LEFT_OUT:
                continue
            with archive.open(f"rows/{label}.jsonl", "w", force_zip64=True) as file:
                counts[label] = 0
                rows = model._base_manager.order_by("pk").iterator(chunk_size=500)
                for row in rows:
                    file.write(json.dumps(_as_json(row), ensure_ascii=False).encode() + b"\n")
                    counts[label] += 1
    # After the rows: every picture that they name is there by now.
    pictures = [path for path in sorted(settings.MEDIA_ROOT.rglob("*")) if path.is_file()]
    for path in pictures:
        archive.write(path, f"media/{path.relative_to(settings.MEDIA_ROOT).as_posix()}")
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "migrations": migrations,
        "rows": counts,
    }
    archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return Summary(sum(counts.values()), len(pictures))


@contextmanager
def _snapshot() -> Iterator[None]:
    """Whatever is read inside is of one moment; nobody waits for it."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # By hand: Django's own transactions are IMMEDIATE here and would keep writers out.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _models(registry: Any) -> list[type[models.Model]]:
    """Every kind of row, the tables of many-to-many relations too."""
    return [
        model
        for model in registry.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def _state() -> dict[str, str]:
    """The last applied migration of each app."""
    loader = MigrationLoader(connection)
    applied = set(loader.applied_migrations)
    return {
        app: name
        for app, name in applied
        if not any(
            child.key in applied
            for child in loader.graph.node_map[app, name].children
            if child.key[0] == app
        )
    }


def _as_json(row: models.Model) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        plain = value is None or isinstance(value, (bool, int, float, str))
        keep = plain or isinstance(field, models.JSONField)
        found[field.attname] = value if keep else field.value_to_string(row)
    return found


def _from_json(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(
        **{
            name: value
            if isinstance(fields[name], models.JSONField)
            else fields[name].to_python(value)
            for name, value in values.items()
        }
    )


# --- reading --------------------------------------------------------------------------------------


def restore(source: Path) -> Summary:
    """Replace everything by what ``source`` holds, in one transaction: other processes see all of it
    or none. A backup of an older version is brought up to date first.

    Raises Unusable for what cannot be restored; the site is then as it was.
    """
    manifest = check(source)
    if manifest["migrations"] != _state():
        with tempfile.TemporaryDirectory(prefix="viva-restore-") as folder:
            upgraded = Path(folder) / "upgraded.zip"
            _upgrade(source, upgraded, Path(folder) / "data")
            return _load(upgraded, check(upgraded), present)
    return _load(source, manifest, present)


def check(source: Path) -> dict[str, Any]:
    """The manifest of a whole, readable backup. Raises Unusable."""
    try:
        with zipfile.ZipFile(source) as archive:
            broken = archive.testzip()
            manifest = json.loads(archive.read("manifest.json")) if broken is None else {}
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Unusable(f"{source} is no backup, or is damaged: {error}") from error
    if broken is not None:
        raise Unusable(f"{source} is damaged: {broken}")
    if manifest.get("format") != FORMAT:
        raise Unusable(f"{source} has a format that this version does not read.")
    known = MigrationLoader(None).disk_migrations
    if any(node not in known for node in manifest["migrations"].items()):
        raise Unusable(f"{source} was made by a newer version.")
    return manifest


def _upgrade(source: Path, target: Path, folder: Path) -> None:
    """``source`` in the shape of the present version, by way of a scratch SQLite database: its tables
    are made as they were then, filled, and migrated."""
    environment = {**os.environ, "VIVA_DATA_DIR": str(folder), "VIVA_DATABASE_URL": ""}
    for arguments in (["restore", str(source), "--older"], ["backup", str(target)]):
        done = subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Unusable(f"{source} cannot be brought up to date: {done.stderr[-2000:]}")


def restore_older(source: Path) -> None:
    """Into an empty database: with the tables of the backup's version, then migrated to the present."""
    manifest = check(source)
    executor = MigrationExecutor(connection)
    targets = list(manifest["migrations"].items())
    state = executor.migrate(targets)
    _load(source, manifest, state.apps)
    call_command("migrate", verbosity=0)


def _load(source: Path, manifest: dict[str, Any], registry: Any) -> Summary:
    found = {model._meta.label_lower: model for model in _models(registry)}
    count = 0
    with zipfile.ZipFile(source) as archive:
        pictures = _restore_pictures(archive)
        with transaction.atomic():
            generation = Generation.current() if registry is present else 0
            _empty(found.values())
            for label, expected in manifest["rows"].items():
                if label not in found:
                    raise Unusable(f"{source}: {label} is not known here")
                stored = _insert(found[label], archive, label)
                if stored != expected:
                    raise Unusable(f"{source}: {label} has {stored} rows instead of {expected}")
                count += stored
            if registry is present:
                _renumber(found.values(), generation)
    return Summary(count, pictures)


def _empty(kinds: Iterable[type[models.Model]]) -> None:
    tables = [model._meta.db_table for model in kinds]
    connection.ops.execute_sql_flush(
        connection.ops.sql_flush(no_style(), tables, reset_sequences=False, allow_cascade=False)
    )


def _insert(model: type[models.Model], archive: zipfile.ZipFile, label: str) -> int:
    count = 0
    with archive.open(f"rows/{label}.jsonl") as file:
        for line in file:
            # Raw: dates that are set on saving stay as they were.
            _from_json(model, json.loads(line)).save_base(raw=True, force_insert=True)
            count += 1
    return count


def _renumber(kinds: Iterable[type[models.Model]], generation: int) -> None:
    """New rows get numbers above the restored ones, and running processes see another bank."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(kinds)):
            cursor.execute(statement)
    Generation.objects.update_or_create(
        pk=1, defaults={"value": max(generation, Generation.current()) + 1, "cut_by": ""}
    )


def _restore_pictures(archive: zipfile.ZipFile) -> int:
    count = 0
    for name in archive.namelist():
        path = PurePosixPath(name)
        if path.parts[:1] != ("media",) or name.endswith("/"):
            continue
        try:
            target = Path(safe_join(settings.MEDIA_ROOT, *path.parts[1:]))
        except (SuspiciousFileOperation, ValueError) as error:
            raise Unusable(f"{name} does not belong into a backup") from error
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(name))
        count += 1
    return count
