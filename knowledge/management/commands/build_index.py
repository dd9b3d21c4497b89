"""Rebuild the index of passages from the rows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from knowledge import index
from knowledge.refresh import cut_all, prune


class Command(BaseCommand):
    help = "Rebuilds the index from the rows; embeds only passages the model has not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rechunk", action="store_true", help="also cut every reference answer anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rechunk"]:
            cut_all(self._progress)
        self.stdout.write(f"{prune()} vectors that nothing uses any more deleted")
        built = index.build(self._progress)
        self.stdout.write(f"{built.count} passages in the index ({built.kind})")

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"embedding {done}/{total}")
