"""People who try one sitting without an account.

A guest is a row of the user table with a name that nobody can choose and no password, so that every rule
about whose rows are whose holds for guests as it stands. What they may see is a short list; everything
else asks for an account. ``interview.joining`` is how a guest becomes somebody.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from interview import selection
from interview.models import Interview

# No account's name may have this character (django.contrib.auth.validators).
PREFIX = "~guest-"
QUESTIONS = 3
# Pages that a guest may see, by name, and by how their address begins.
_OPEN = {"home", "try", "sign_up", "login", "logout", "set_language"}
_OPEN |= {"media", "favicon", "healthz", "readyz"}
_OWN = ("interviews/<uuid", "attempts/<uuid")
# Words to staff, whose answer would find nobody.
_CLOSED = {"dispute", "report_question"}


def is_guest(user: Any) -> bool:
    return user.is_authenticated and user.get_username().startswith(PREFIX)


def begin(plan: selection.Plan, *, now: dt.datetime, rng: random.Random) -> Interview | None:
    """A sitting of a new guest; None, and no guest, when there is nothing to ask."""
    people = get_user_model()
    with transaction.atomic():
        name = PREFIX + secrets.token_hex(8)
        guest = people.objects.create_user(name, date_joined=now)  # no password fits
        interview = selection.start_interview(guest, plan, now=now, rng=rng)
        if interview is None:
            guest.delete()
    return interview


def sitting_of(guest: Any) -> Interview | None:
    """The one that the guest has."""
    return Interview.objects.of(guest).order_by("created_at").first()


def older_than(moment: dt.datetime) -> QuerySet[Any]:
    """Guests who came before ``moment`` and never signed up."""
    return get_user_model().objects.filter(username__startswith=PREFIX, date_joined__lt=moment)


def context(request: HttpRequest) -> dict[str, bool]:
    """For templates: whether the page is a guest's, and what is open to whom."""
    user = getattr(request, "user", None)
    return {
        "guest": user is not None and is_guest(user),
        "guests_welcome": settings.VIVA_GUESTS,
        "sign_up_open": settings.VIVA_SIGN_UP,
    }


class Doors:
    """Middleware: pages that are not for guests show them what an account is good for instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        match = request.resolver_match
        assert match is not None
        own = match.route.startswith(_OWN) and match.url_name not in _CLOSED
        everybodys = match.url_name in _OPEN and not match.namespaces
        if own or everybodys or not is_guest(request.user):
            return None
        back = request.path if request.method == "GET" else ""
        context = {"next": back, "sitting": sitting_of(request.user)}
        return render(request, "registration/members.html", context, status=403)
