"""The slow part of an import, beside the requests; its progress is in the ImportRun row."""

from __future__ import annotations

import datetime as dt
import logging
import threading

from django.db import close_old_connections
from django.utils import timezone

from knowledge.importing.applying import embed
from knowledge.models import ImportRun

logger = logging.getLogger(__name__)

# A run whose progress has not moved for this long was interrupted: one step takes seconds, and the
# encoder some more when it has to be loaded first.
STALLED_AFTER = dt.timedelta(minutes=5)


def start(run: ImportRun) -> threading.Thread:
    """Bring what ``run`` stored in step, in a thread of its own."""
    ImportRun.objects.filter(pk=run.pk).update(
        beat_at=timezone.now(), progress={**run.progress, "error": ""}
    )
    thread = threading.Thread(target=_work, args=(run.pk,), name=f"import-{run.pk}", daemon=True)
    thread.start()
    return thread


def _work(pk: int) -> None:
    try:
        run = ImportRun.objects.get(pk=pk)
        try:
            embed(run)
        except Exception as error:
            logger.exception("import %d stopped", pk)
            # A second error here means that the database itself is the problem.
            run.progress = {**run.progress, "error": f"{type(error).__name__}: {error}"[:500]}
            run.save(update_fields=["progress"])
    finally:
        close_old_connections()


def is_stalled(run: ImportRun) -> bool:
    """Whether ``run`` has work left that nobody is doing."""
    if run.finished_at:
        return False
    beat = run.beat_at or run.started_at
    return bool(run.progress.get("error")) or timezone.now() - beat > STALLED_AFTER
