from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from interview.result import level_of

register = template.Library()


@register.filter
def lookup(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """``mapping[key]``, or None."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None


@register.filter
def level(score: float | None) -> str:
    """The class of a score: ``good``, ``middling``, ``poor``; ``none`` without one."""
    return "none" if score is None or score == "" else level_of(score)
