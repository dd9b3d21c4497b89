"""Everything that `make serve` does once the packages are there; a second run starts in seconds."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from interview import grader
from interview.examiner.config import configured
from knowledge import index
from knowledge.importing import finish_interrupted, import_files
from knowledge.models import Source
from knowledge.reading import read
from knowledge.refresh import keep_cut, prune

# The encoder's vectors, the index and a database for thousands of attempts fit well into this.
NEEDED_BYTES = 200 * 1024 * 1024
CONTENT = settings.BASE_DIR / "knowledge" / "content"


class Command(BaseCommand):
    help = "Sets up the database and the bundled questions, then serves the site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("VIVA_HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--setup-only", action="store_true", help="prepare, do not serve")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check_disk()
        if not options["setup_only"]:
            self._check_port(options["host"], options["port"])
        self.stdout.write(f"Data: {settings.DATA_DIR}")
        self._migrate()
        self._check_models()
        self._import_content()
        if not options["setup_only"]:
            self._serve(options["host"], options["port"], options["workers"])

    def _migrate(self) -> None:
        try:
            call_command("migrate", verbosity=0, skip_checks=False)
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {error}") from error

    def _check_disk(self) -> None:
        try:
            settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise looks for it
            free = shutil.disk_usage(settings.DATA_DIR).free
        except OSError as error:
            raise CommandError(f"The data directory cannot be made: {error}") from error
        if free < NEEDED_BYTES:
            raise CommandError(
                f"Only {free // 2**20} MB are free where {settings.DATA_DIR} lies; "
                f"{NEEDED_BYTES // 2**20} MB are needed. Free some space or set VIVA_DATA_DIR."
            )

    def _check_port(self, host: str, port: int) -> None:
        if not 0 < port < 65536:
            raise CommandError(f"{port} is not a port: they go from 1 to 65535.")
        try:
            family, kind, protocol, _name, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} is taken. Choose another: make serve PORT=8001"
                ) from error
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}") from error

    def _check_models(self) -> None:
        try:
            grader.verify()
        except OSError as error:
            raise CommandError(str(error)) from error

    def _import_content(self) -> None:
        """The bundled questions, unless this version of them was imported before."""
        if finish_interrupted(self._progress):
            self.stdout.write("An import that was interrupted is finished.")
        if keep_cut(self._progress):
            self.stdout.write("The reference answers are cut anew, as this version does it.")
        known = dict(Source.objects.values_list("name", "sha256"))
        new = [f for f in read(CONTENT) if known.get(f.name) != hashlib.sha256(f.data).hexdigest()]
        if new:
            self.stdout.write("Importing the bundled questions…")
            import_files(new, now=timezone.now(), progress=self._progress)
            prune()
        if not index.is_fresh():
            index.build(self._progress)

    def _progress(self, done: int, total: int) -> None:
        ending = "\r" if done < total else "\n"
        self.stdout.write(f"  reading passages {done}/{total}", ending=ending)
        self.stdout.flush()

    def _serve(self, host: str, port: int, workers: int) -> None:
        self.stdout.write(f"\nViva is at http://{host}:{port}/  (Ctrl+C stops it)\n")
        self.stdout.write("Staff account: python manage.py createsuperuser\n")
        self.stdout.flush()
        server = [
            *(sys.executable, "-m", "gunicorn", "interview.wsgi:application"),
            *("--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "8"),
            *("--timeout", "120", "--graceful-timeout", "30", "--log-level", "warning"),
        ]
        command = server
        if configured() is not None:
            worker = [sys.executable, "manage.py", "examiner_worker", "--verbosity", "0"]
            command = [sys.executable, "-m", "interview.supervising", *worker, "--", *server]
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, command)
