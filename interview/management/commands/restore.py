"""A backup back into the database, all of it or nothing."""

import argparse
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from interview import backup


class Command(BaseCommand):
    help = (
        "Replaces everything by what a backup holds, whichever database it came from. "
        "Restart the site afterwards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="also where there are people already"
        )
        # What the command itself uses to bring a file of an older version up to date.
        parser.add_argument("--older", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["older"]:
                backup.restore_older(options["file"])
                return
            backup.check(options["file"])
            call_command("migrate", verbosity=0, skip_checks=False)
            people = User.objects.count()
            if people and not options["replace"]:
                raise CommandError(
                    f"{people} people have accounts here. Make a backup of what is there, "
                    "then restore with --replace."
                )
            done = backup.restore(options["file"])
        except (backup.Unusable, DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        self.stdout.write(f"{done.rows} rows and {done.pictures} pictures restored")
