"""What happens around every request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

ZONE_COOKIE = "viva-zone"


def local_time(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Serve each request in the browser's time zone, which a script keeps in a cookie: by it days
    begin, and times are written. UTC without the cookie or for a zone that is not known."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone(request.COOKIES.get(ZONE_COOKIE, ""))):
            return get_response(request)

    return middleware


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    return zoneinfo.ZoneInfo(name) if name in _names() else None
