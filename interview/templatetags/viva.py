from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

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
