"""Which database: SQLite unless an address names a PostgreSQL; never another one than was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from interview.database import database

URL = "postgresql://viva:s3cret%2F@db.example.org:5433/interviews?sslmode=require"


@pytest.mark.parametrize("url", ["", " "])
def test_without_an_address_it_is_sqlite_in_the_data_folder(url):
    found = database(url, Path("/data"))
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["NAME"] == Path("/data/viva.sqlite3")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_every_part_of_an_address_counts(scheme):
    found = database(URL.replace("postgresql", scheme, 1), Path("/data"))
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["HOST"], found["PORT"]) == ("db.example.org", 5433)
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("viva", "s3cret/", "interviews")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_connection_is_kept_and_looked_at_before_it_is_used_again():
    found = database(URL, Path("/data"))
    assert found["CONN_MAX_AGE"] > 0
    assert found["CONN_HEALTH_CHECKS"]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://viva:s3cret@db/viva",
        "sqlite:///data/viva.sqlite3",
        "db.example.org",
        "postgresql://",
        "postgresql://viva:s3cret@db:port/viva",
    ],
)
def test_any_other_address_is_refused_without_being_repeated(url):
    with pytest.raises(ImproperlyConfigured, match="VIVA_DATABASE_URL") as refused:
        database(url, Path("/data"))
    assert "s3cret" not in str(refused.value)


@pytest.mark.django_db
def test_sqlite_is_set_up_as_a_servers_database():
    if connection.vendor != "sqlite":
        pytest.skip("this run is on PostgreSQL")
    with connection.cursor() as cursor:
        values = {}
        for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous"):
            values[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]
    assert values == {
        "journal_mode": "wal",
        "busy_timeout": 20_000,
        "foreign_keys": 1,
        "synchronous": 2,  # a power failure takes back nothing that somebody was told is saved
    }
