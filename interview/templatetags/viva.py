from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def lookup(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """``mapping[key]``, or None."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None
