"""A guest signs up or signs in: what they did is theirs from then on."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from interview import reviewing
from interview.models import Attempt, Interview, ReviewCard, ReviewLog


def hand_over(guest: Any, person: Any) -> None:
    """Move all that ``guest`` has to ``person``, who had an account already, and delete the guest. A
    question that both have answered has one card, with the reviews of both."""
    with transaction.atomic():
        Interview.objects.of(guest).update(user=person)
        Attempt.objects.of(guest).update(user=person)
        own = {card.question_id: card for card in ReviewCard.objects.of(person)}
        for card in ReviewCard.objects.of(guest):
            kept = own.get(card.question_id)
            if kept is None or card.question_id is None:
                card.user = person
                card.save(update_fields=["user"])
            else:
                ReviewLog.objects.filter(card=card).update(card=kept)
                card.delete()
                reviewing.follow_logs(kept)
        guest.delete()
