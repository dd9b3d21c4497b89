"""Print the passages nearest to a text."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from knowledge.search import search

MOST = 1_000


class Command(BaseCommand):
    help = "Prints the passages nearest to a text, with their question and similarity."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text")
        parser.add_argument("-k", type=int, default=10, help="how many (10)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["k"] <= MOST:
            raise CommandError(f"-k is a number of passages: 1 to {MOST}.")
        for hit in search(options["text"], options["k"]):
            self.stdout.write(f"{hit.similarity:.3f}  {hit.chunk.question.title}")
            self.stdout.write(f"       {hit.chunk.text}")
