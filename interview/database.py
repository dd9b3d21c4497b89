"""Which database: SQLite in the data folder, or PostgreSQL where ``VIVA_DATABASE_URL`` names one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

EXAMPLE = "postgresql://viva:password@db.example.org:5432/viva"


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's description of the database at ``url``; SQLite below ``data_dir`` for "".

    Raises ImproperlyConfigured for a URL that is not PostgreSQL's: going on with another database than
    the one that was meant would look like lost data.
    """
    if not url.strip():
        return _sqlite(data_dir)
    scheme, _, rest = url.strip().partition("://")
    if scheme not in {"postgres", "postgresql"} or not rest:
        # Never the URL itself: it holds a password.
        raise ImproperlyConfigured(
            f"VIVA_DATABASE_URL is not the address of a PostgreSQL database, like {EXAMPLE}"
        )
    try:
        found = dict(dj_database_url.parse(url.strip()))
    except ValueError as error:
        raise ImproperlyConfigured(f"VIVA_DATABASE_URL: {error}; it is like {EXAMPLE}") from error
    # A connection stays with its thread; one that was lost meanwhile is noticed and made anew.
    return found | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def _sqlite(data_dir: Path) -> dict[str, Any]:
    """SQLite as a server's database: readers never block the writer (WAL), writers queue for up to
    20 s (IMMEDIATE takes the write lock at BEGIN, so that a transaction cannot fail half-way with
    "locked"). What is committed is on the disk (FULL): somebody was told that it is saved, and the power
    may fail; that costs some 4 ms a commit. Django itself switches foreign keys on."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data_dir / "viva.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        # A file, not memory: browser tests serve from a second thread.
        "TEST": {"NAME": data_dir / "test.sqlite3"},
    }
