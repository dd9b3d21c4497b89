from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from interview.result import level_of

register = template.Library()


@register.simple_tag(takes_context=True)
def with_page(context: template.Context, name: str, number: int) -> str:
    """The query of this address with parameter ``name`` set to a page's number."""
    query = context["request"].GET.copy()
    query[name] = str(number)
    return f"?{query.urlencode()}"


@register.filter
def lookup(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """``mapping[key]``, or None."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None


@register.filter
def level(score: float | None) -> str:
    """The class of a score: ``good``, ``middling``, ``poor``; ``none`` without one."""
    return "none" if score is None or score == "" else level_of(score)


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as on a clock: 4:05, 1:04:05; nothing without a value."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def duration(seconds: float | None) -> str:
    """A time in words, as short as they go: 45 s, 3 min 20 s, 1 h 5 min; nothing below a second."""
    whole = round(seconds or 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if whole < 1:
        return ""
    if hours:
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes}
    if minutes and rest:
        return _("%(m)d min %(s)d s") % {"m": minutes, "s": rest}
    return _("%(m)d min") % {"m": minutes} if minutes else _("%(s)d s") % {"s": rest}
