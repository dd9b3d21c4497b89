"""How often somebody may try to sign in, to sign up or to begin as a guest: counted in the database, so that every worker
and every machine sees the same count.

A try to sign in counts for the account from this address, for the address, and for the account from
anywhere; the second limit stops one machine from trying many accounts, the third many machines from
trying one, and the first keeps a stranger's guesses from locking the owner out.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from interview.models import Try

SIGN_IN, SIGN_UP, GUEST = "sign-in", "sign-up", "guest"
WINDOW = {
    SIGN_IN: dt.timedelta(minutes=15),
    SIGN_UP: dt.timedelta(hours=1),
    GUEST: dt.timedelta(hours=1),
}
FROM_HERE, FROM_ADDRESS, FROM_ANYWHERE = 10, 30, 100
SIGN_UPS, GUESTS = 10, 10
KEPT = dt.timedelta(days=1)
# Clocks of several machines differ by less. A try from further ahead was counted before the clock was
# set back: nobody is kept out until the clock has caught up.
SKEW = dt.timedelta(minutes=1)


class TooMany(Exception):
    """The limit is reached; ``minutes`` until the next try may be made."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


def address_of(request: HttpRequest) -> str:
    """Who is asking: an IPv4 address or an IPv6 network of 64 bits, as one person has them; "" where
    that cannot be told.

    Behind a web server (VIVA_HTTPS=1) it is the last address in X-Forwarded-For, the one that the web
    server added itself; what stands before it is whatever the client sent.
    """
    given = request.META.get("REMOTE_ADDR", "")
    if settings.HTTPS:
        given = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def sign_in_limits(request: HttpRequest, name: str) -> dict[str, int]:
    """The counters of a try to sign in as ``name``, with their limits."""
    address, account = address_of(request), name.strip().casefold()
    limits = {f"account {account}": FROM_ANYWHERE}
    if address:
        limits |= {f"here {address} {account}": FROM_HERE, f"address {address}": FROM_ADDRESS}
    return limits


def sign_up_limits(request: HttpRequest) -> dict[str, int]:
    address = address_of(request)
    return {f"address {address}": SIGN_UPS} if address else {}


def guest_limits(request: HttpRequest) -> dict[str, int]:
    """Guests leave rows behind and have no name: where addresses cannot be told, all count as one."""
    return {f"address {address_of(request)}": GUESTS}


def take(kind: str, limits: Mapping[str, int], *, now: dt.datetime) -> list[Any]:
    """Count one try under each of ``limits`` (key to limit) and return the rows, for ``forgive``.

    Raises TooMany, and counts nothing, where one of them is reached.
    """
    since = now - WINDOW[kind]
    with transaction.atomic():
        Try.objects.filter(happened_at__lt=now - KEPT).delete()
        for key, limit in limits.items():
            tries = Try.objects.filter(
                kind=kind, key=_digest(key), happened_at__gt=since, happened_at__lt=now + SKEW
            )
            times = list(
                tries.order_by("-happened_at").values_list("happened_at", flat=True)[:limit]
            )
            if len(times) >= limit:
                left = times[-1] + WINDOW[kind] - now
                raise TooMany(max(1, -int(-left.total_seconds() // 60)))
        return [
            Try.objects.create(kind=kind, key=_digest(key), happened_at=now).pk for key in limits
        ]


def forgive(tries: list[Any]) -> None:
    """Take back the count of a try that was right."""
    Try.objects.filter(pk__in=tries).delete()


def _digest(key: str) -> str:
    # Names and addresses are not kept: only whether they are the same.
    return sha256(f"{settings.SECRET_KEY} {key}".encode()).hexdigest()
