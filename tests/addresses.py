"""Every address that the site answers, found in its URL configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P(<\w+>)[^)]*\)")


@dataclass(frozen=True)
class Address:
    """One pattern: its name ("" without one, "admin:…" in the admin), its route, the view behind it."""

    name: str
    route: str  # "/attempts/<uuid:attempt_id>/"
    view: Any

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(_PARAMETER.findall(self.route))

    @property
    def is_staff_only(self) -> bool:
        return self.route.startswith("/admin/")

    def filled(self, values: Mapping[str, Any]) -> str:
        """The path with ``values`` for its parameters; KeyError for one that is not among them."""
        return _PARAMETER.sub(lambda found: str(values[found[1]]), self.route)


def addresses(resolver: URLResolver | None = None, name: str = "", route: str = "/") -> Iterator:
    for pattern in (resolver or get_resolver()).url_patterns:
        # Two patterns of the admin are regular expressions.
        own = route + _GROUP.sub(r"\1", str(pattern.pattern)).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield Address(name + (pattern.name or ""), own, pattern.callback)
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, name + space, own)


ADDRESSES: tuple[Address, ...] = tuple(addresses())
