"""One answer before the examiner: ask, read, once ask to mend, and decide what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interview.examiner import client, parsing, prompt, scoring
from interview.examiner.config import Config

_MEND = (
    "That reply cannot be used. {reason} Send the whole JSON object again, in the shape that was "
    "described, and nothing else."
)


class Unusable(Exception):
    """The examiner replied, but not with anything that can be read; ``exchange`` is what was said."""

    def __init__(self, reason: str, exchange: Exchange) -> None:
        super().__init__(reason)
        self.reason, self.exchange = reason, exchange


@dataclass(frozen=True)
class Exchange:
    """What went to and fro."""

    prompt: prompt.Prompt
    replies: tuple[str, ...]
    model: str
    mode: str
    seconds: float
    tokens: int


@dataclass(frozen=True)
class Examination:
    exchange: Exchange
    reply: parsing.Reply
    opinion: scoring.Opinion


def examine(
    config: Config,
    question: str,
    stem: str,
    points: Sequence[tuple[str, float]],
    answer: str,
    *,
    secret: str,
    mode: str | None = None,
) -> Examination:
    """The examiner's opinion on ``answer``. ``points``: statements and weights, at least one.

    Raises client.ServerTrouble, or Unusable when the reply and its one correction cannot be read.
    """
    asked = prompt.build(question, stem, points, answer, context=config.context, secret=secret)
    passages = len(asked.numbers)
    schema = parsing.schema(passages)
    messages = list(asked.messages)
    replies: list[str] = []
    seconds, tokens = 0.0, 0
    while True:
        completion = client.complete(config, messages, schema, mode)
        replies.append(completion.text)
        seconds += completion.seconds
        tokens += completion.tokens
        exchange = Exchange(
            asked, tuple(replies), completion.model, completion.mode, round(seconds, 2), tokens
        )
        try:
            reply = parsing.parse(completion.text, passages)
        except parsing.Unreadable as error:
            if len(replies) > 1:
                raise Unusable(str(error), exchange) from None
            messages += [
                {"role": "assistant", "content": completion.text[:2000] or "{}"},
                {"role": "user", "content": _MEND.format(reason=error)},
            ]
        else:
            weights = [weight for _, weight in points]
            opinion = scoring.judge(reply, asked, answer, question, weights)
            return Examination(exchange, reply, opinion)
