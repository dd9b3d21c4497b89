"""Deletes the guests who never signed up, with everything that is theirs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from interview import guests


class Command(BaseCommand):
    help = "Deletes guests who came more than some days ago and did not sign up, and all of theirs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than", type=int, default=30, metavar="DAYS", help="30 unless told"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["older_than"]
        if days < 0:
            raise CommandError("--older-than takes a number of days, 0 or more.")
        found = guests.older_than(timezone.now() - dt.timedelta(days=days))
        count = found.count()
        found.delete()
        self.stdout.write(f"{count} guests deleted.")
