"""The process that asks the second examiner; `manage.py serve` starts it where one is set up."""

from __future__ import annotations

import hashlib
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from interview.examiner import tasks


class Command(db_worker.Command):
    help = "Gives second opinions in the background."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        # The same at every start, so that it knows its own unfinished work.
        name = f"{socket.gethostname()}:{settings.DATA_DIR}"
        own = "viva-" + hashlib.sha256(name.encode()).hexdigest()[:16]
        parser.set_defaults(worker_id=own, startup_delay=False, reload=False)

    def handle(self, **options: Any) -> None:  # type: ignore[override]
        taken_up = tasks.recover(options["worker_id"], now=timezone.now())
        if taken_up:
            self.stderr.write(f"taking up {taken_up} second opinions from before")
        call_command("prune_db_task_results", verbosity=0)
        super().handle(**options)
