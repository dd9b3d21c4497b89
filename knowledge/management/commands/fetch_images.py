"""Fetch the pictures on other hosts that the bank shows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from knowledge.fetching import Fetcher, Unfetchable, addresses, store
from knowledge.refresh import fetched_picture


class Command(BaseCommand):
    help = (
        "Fetches the pictures on other hosts (https only) that the bank's questions show, so that the "
        "site shows its own copies. Texts stay as they are; what was fetched before is not fetched again."
    )
    fetcher = Fetcher()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list what would be fetched")

    def handle(self, *args: Any, **options: Any) -> None:
        present = fetched = failed = 0
        for url in addresses():
            if fetched_picture(url):
                present += 1
                continue
            if options["dry_run"]:
                self.stdout.write(f"would fetch {url}")
                fetched += 1
                continue
            try:
                data, suffix = self.fetcher.fetch(url)
            except Unfetchable as error:
                failed += 1
                self.stdout.write(f"not fetched {url}: {error}")
            else:
                store(url, data, suffix)
                fetched += 1
                self.stdout.write(f"fetched     {url} ({len(data):,} bytes, {suffix[1:]})")
        done = "to fetch" if options["dry_run"] else "fetched"
        self.stdout.write(f"{fetched} {done}, {present} here already, {failed} not fetched")
