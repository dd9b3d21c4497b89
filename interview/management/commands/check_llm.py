"""Try the second examiner's server and say what it can do."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from interview.examiner import client, examining
from interview.examiner.config import Config, configured, problems

QUESTION = "What does dropout do, and why are activations scaled during training?"
POINTS = (
    ("During training, dropout sets random activations to zero", 2.0),
    ("Dropout reduces overfitting because units cannot rely on each other", 2.0),
    (
        "Activations are divided by the keep probability so that their expected value stays the same",
        1.0,
    ),
    ("At test time nothing is dropped", 1.0),
)
ANSWER = (
    "Dropout switches off random neurons while training, which works against overfitting. "
    "When predicting, all neurons are active."
)
# What a careful reader would say of ANSWER.
EXPECTED = ("covered", "partly", "missed", "covered")
_NAMES = {
    client.SCHEMA: "JSON schema with lengths",
    client.UNBOUNDED: "JSON schema",
    client.JSON: "JSON mode",
    client.TEXT: "plain text",
}


class Command(BaseCommand):
    help = "Asks the second examiner about a small answer in every way it may be asked."

    def handle(self, *args: Any, **options: Any) -> None:
        for _id, message, hint in problems():
            raise CommandError(f"{message} {hint}")
        config = configured()
        if config is None:
            raise CommandError("No examiner is set up: VIVA_EXAMINER_URL and VIVA_EXAMINER_MODEL.")
        self.stdout.write(f"server  {config.url}")
        self.stdout.write(f"model   {config.model}")
        self.stdout.write(f"key     {'set' if config.key else 'none'}")
        self._models(config)
        works = [mode for mode in client.MODES if self._try(config, mode)]
        if not works:
            raise CommandError("The examiner gives no reply that can be used.")
        self.stdout.write(f"It will be asked in this way: {works[0]}")

    def _models(self, config: Config) -> None:
        try:
            names = client.model_names(config)
        except client.ServerTrouble as trouble:
            if trouble.kind in (client.UNREACHABLE, client.KEY):
                raise CommandError(_sentence(trouble)) from None
            self.stdout.write(f"models  not listed ({trouble.kind})")
            return
        listed = "listed by the server" if config.model in names else "NOT among those listed: "
        shown = "" if config.model in names else ", ".join(names[:8])
        self.stdout.write(f"models  {len(names)}; {config.model} is {listed}{shown}")

    def _try(self, config: Config, mode: str) -> bool:
        """Whether the server takes ``mode`` and the model's reply can be read; says what came."""
        name = _NAMES[mode]
        try:
            found = examining.examine(
                config, QUESTION, "", POINTS, ANSWER, secret="check_llm", mode=mode
            )
        except client.ServerTrouble as trouble:
            self.stdout.write(f"{name:24} no: {_sentence(trouble)}")
            return False
        except examining.Unusable as error:
            self.stdout.write(f"{name:24} unusable: {error.reason[:300]}")
            return False
        exchange, opinion = found.exchange, found.opinion
        verdicts = [judged.verdict for judged in opinion.points]
        right = sum(a == b for a, b in zip(verdicts, EXPECTED, strict=False))
        quality = (
            "claims what the answer does not say"
            if opinion.obeyed
            else f"{right} of {len(EXPECTED)} verdicts as expected, score {opinion.score:.0f}"
        )
        mended = "; only after a correction" if len(exchange.replies) > 1 else ""
        left_out = f"; left out: {opinion.rejected}" if opinion.rejected else ""
        self.stdout.write(
            f"{name:24} yes: {exchange.seconds:.1f} s, {exchange.tokens or '?'} tokens; "
            f"{quality}{mended}{left_out}"
        )
        return True


def _sentence(trouble: client.ServerTrouble) -> str:
    status = f" (HTTP {trouble.status})" if trouble.status else ""
    return (
        f"{trouble.kind}{status}: {trouble.detail}" if trouble.detail else f"{trouble.kind}{status}"
    )
