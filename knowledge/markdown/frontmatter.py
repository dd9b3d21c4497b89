"""Front matter in YAML (`---`) or TOML (`+++`): bounded, and never more than strings, numbers and
flat lists of them."""

from __future__ import annotations

import tomllib

import yaml

MAX_FRONT_MATTER = 20_000  # characters


class _Aliased(Exception):
    """The block has aliases: a few lines of them can stand for gigabytes."""


class _WithoutAliases(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _Aliased
        return super().compose_node(parent, index)


def split_front_matter(text: str) -> tuple[dict[str, object], int, str]:
    """(metadata, number of lines it takes, warning) of the front matter at a text's beginning."""
    text = text.lstrip("\ufeff")
    if text.startswith("+++\n"):
        return _toml(text)
    if not text.startswith(("---\n", "--- \n")):
        return {}, 0, ""
    end = text.find("\n---", 3, MAX_FRONT_MATTER)
    while end >= 0 and text[end + 4 : end + 5] not in ("", "\n", " ", "-"):
        end = text.find("\n---", end + 4, MAX_FRONT_MATTER)
    if end < 0:
        return {}, 0, ""
    block = text[4:end] if end > 3 else ""
    lines = text.count("\n", 0, end) + 2
    if not any(line.partition(":")[1] for line in block.split("\n")):
        return {}, 0, ""
    try:
        loaded = yaml.load(block, _WithoutAliases)
    except _Aliased:
        return _by_lines(block), lines, ""
    except (yaml.YAMLError, ValueError, RecursionError):
        return _by_lines(block), lines, "The front matter is not valid YAML; read line by line."
    if not isinstance(loaded, dict):
        return {}, 0, ""
    return {_whole(str(key)): _simple(value) for key, value in loaded.items()}, lines, ""


def _toml(text: str) -> tuple[dict[str, object], int, str]:
    end = text.find("\n+++\n", 3, MAX_FRONT_MATTER)
    if end < 0:
        return {}, 0, ""
    lines = text.count("\n", 0, end) + 2
    try:
        loaded = tomllib.loads(text[4:end])
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}, lines, "The front matter is not valid TOML; it is left out."
    return {key: _simple(value) for key, value in loaded.items()}, lines, ""


def _simple(value: object) -> object:
    if isinstance(value, list):
        return [_whole(str(item)) for item in value if item is not None]
    if isinstance(value, int | float | bool) or value is None:
        return value
    return _whole(str(value))


def _whole(text: str) -> str:
    """Characters beyond the first plane that were written as two escapes, as JSON writes them, put
    together again; a half without its other half is none."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _by_lines(block: str) -> dict[str, object]:
    pairs = (line.partition(":") for line in block.split("\n") if not line.startswith((" ", "-")))
    return {key.strip(): value.strip().strip("\"'") for key, colon, value in pairs if colon}
