"""Everything that cannot be made again, in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from interview import backup


class Command(BaseCommand):
    help = "Writes the whole site (rows and pictures) to one file, while it goes on serving."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = backup.write(options["file"], now=timezone.now())
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error}") from error
        size = options["file"].stat().st_size
        self.stdout.write(
            f"{done.rows} rows and {done.pictures} pictures, {size / 1e6:.1f} MB: {options['file']}"
        )
