"""Where the examiner is and what it may spend; None when there is none."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

GRADER, EXAMINER = "grader", "examiner"  # whose score counts


@dataclass(frozen=True)
class Config:
    """A complete configuration."""

    url: str  # of an OpenAI-compatible API, up to and without /chat/completions
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 120.0  # seconds for one request from its start to its last byte
    context: int = 8192  # tokens that prompt and reply may take together

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def configured() -> Config | None:
    """The configuration, or None when it is off, half set or unusable (``problems`` says why)."""
    if not settings.VIVA_EXAMINER_URL or problems():
        return None
    return Config(
        url=settings.VIVA_EXAMINER_URL.rstrip("/"),
        model=settings.VIVA_EXAMINER_MODEL,
        key=settings.VIVA_EXAMINER_KEY,
        timeout=settings.VIVA_EXAMINER_TIMEOUT,
        context=settings.VIVA_EXAMINER_CONTEXT,
    )


def problems() -> list[tuple[str, str, str]]:
    """What keeps the settings from working together: (id, what is wrong, what to do). No value of a
    setting is repeated: an address may hold a password by mistake."""
    url, model = settings.VIVA_EXAMINER_URL, settings.VIVA_EXAMINER_MODEL
    found = []
    if model and not url:
        found.append(
            (
                "viva.E020",
                "VIVA_EXAMINER_MODEL is set but VIVA_EXAMINER_URL is not.",
                "Set the address of the server, like http://localhost:11434/v1, or unset both.",
            )
        )
    elif settings.VIVA_EXAMINER_KEY and not url:
        found.append(
            (
                "viva.E020",
                "VIVA_EXAMINER_KEY is set but VIVA_EXAMINER_URL is not.",
                "Set the address of the server and the model's name, or unset the key.",
            )
        )
    if url and not model:
        found.append(
            (
                "viva.E021",
                "VIVA_EXAMINER_URL is set but VIVA_EXAMINER_MODEL is not.",
                "Set the name of a model that the server has.",
            )
        )
    if url and (wrong := _wrong_with(url)):
        found.append(
            ("viva.E022", f"VIVA_EXAMINER_URL {wrong}.", "An example: http://localhost:11434/v1")
        )
    if not _is_header(settings.VIVA_EXAMINER_KEY):
        found.append(
            (
                "viva.E023",
                "VIVA_EXAMINER_KEY has characters that no header may have.",
                "Look for line ends, spaces and typographic quotes.",
            )
        )
    if settings.VIVA_EXAMINER_COUNTS not in (GRADER, EXAMINER):
        found.append(
            (
                "viva.E024",
                "VIVA_EXAMINER_COUNTS is neither 'grader' nor 'examiner'.",
                "It says whose score counts for review where the person chose none.",
            )
        )
    return found


def _wrong_with(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not an http or https address"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "has more than an address in it; a key belongs in VIVA_EXAMINER_KEY"
    if parts.path.rstrip("/").endswith("/completions"):
        return "goes too far: leave /chat/completions out"
    return ""


def _is_header(value: str) -> bool:
    return value.isascii() and value.isprintable() and " " not in value


def is_on_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def sent_in_clear(url: str) -> bool:
    """Whether a key would travel to another machine unencrypted."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_on_this_machine(parts.hostname or "")
