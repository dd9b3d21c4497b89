"""The one module that talks to a server: one chat completion, bounded in time and size.

Whatever goes wrong comes out as a ServerTrouble with a known kind; its text never holds the key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interview.examiner.config import Config

if TYPE_CHECKING:
    import httpx2
    import openai

# Ways to ask for JSON, the strictest first; a server that refuses one is asked the next way.
# A schema without bounds is for servers that know no lengths in schemas.
SCHEMA, UNBOUNDED, JSON, TEXT = "schema", "unbounded schema", "json", "text"
MODES = (SCHEMA, UNBOUNDED, JSON, TEXT)
_BOUNDS = ("maxLength", "minItems", "maxItems")
# A reply takes some kilobytes, and as a stream some hundred bytes for each of its tokens.
MAX_REPLY_CHARACTERS = 60_000
MAX_BODY_BYTES = 12_000_000
CONNECT_SECONDS = 10.0

# Kinds of trouble; those in RETRYABLE may be over soon.
UNREACHABLE, TIMEOUT, BUSY, SERVER, BROKEN = "unreachable", "timeout", "busy", "server", "broken"
KEY, NOT_FOUND, REFUSED, NOT_JSON, TOO_LONG = "key", "not_found", "refused", "not_json", "too_long"
CUT_SHORT, FILTERED = "cut_short", "filtered"
RETRYABLE = frozenset({UNREACHABLE, TIMEOUT, BUSY, SERVER, BROKEN, NOT_JSON})


class ServerTrouble(Exception):
    """Why there is no reply. ``detail`` is for staff; ``wait`` the seconds that the server asked for."""

    def __init__(self, kind: str, detail: str = "", *, status: int = 0, wait: float = 0.0) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.detail, self.status, self.wait = kind, detail, status, wait

    @property
    def retryable(self) -> bool:
        return self.kind in RETRYABLE


@dataclass(frozen=True)
class Completion:
    text: str
    model: str  # as the server names it
    mode: str
    seconds: float
    first_token: float  # seconds until the first character
    tokens: int  # of the reply, as far as the server counts them; else 0


# The mode and whether a temperature may be set, as this process has found out, by server and model.
_known: dict[tuple[str, str], tuple[str, bool]] = {}


def complete(
    config: Config,
    messages: Sequence[dict[str, str]],
    schema: dict[str, Any],
    mode: str | None = None,
) -> Completion:
    """One reply to ``messages``, as JSON in the strictest way that the server takes (``mode``: in this
    way only). Raises ServerTrouble."""
    known, warm = _known.get((config.url, config.model), (SCHEMA, False))
    mode_now = mode or known
    while True:
        try:
            reply = asyncio.run(_complete(config, messages, schema, mode_now, warm))
        except ServerTrouble as trouble:
            if trouble.kind != REFUSED:
                raise
            if not warm and "temperature" in trouble.detail.lower():
                warm = True  # some models take no temperature but their own
            elif mode is None and mode_now != MODES[-1] and not _too_much(trouble.detail):
                mode_now = MODES[MODES.index(mode_now) + 1]
            else:
                raise
        else:
            if mode is None:
                _known[config.url, config.model] = (mode_now, warm)
            return reply


def _too_much(detail: str) -> bool:
    """Whether a refusal is about the length of the request, which no other mode changes."""
    return "context" in detail.lower() and ("length" in detail.lower() or "size" in detail.lower())


def model_names(config: Config) -> list[str]:
    """The models that the server lists. Raises ServerTrouble."""

    async def listed() -> list[str]:
        async with _client(config) as client:
            page = await client.models.list()
            return [str(model.id) for model in page.data[:200]]

    return asyncio.run(_guarded(config, listed()))


async def _complete(
    config: Config,
    messages: Sequence[dict[str, str]],
    schema: dict[str, Any],
    mode: str,
    warm: bool,
) -> Completion:
    request: dict[str, Any] = {
        "model": config.model,
        "messages": list(messages),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if not warm:
        request["temperature"] = 0
    if mode in (SCHEMA, UNBOUNDED):
        wanted = schema if mode == SCHEMA else _without_bounds(schema)
        form = {"name": "grading", "strict": True, "schema": wanted}
        request["response_format"] = {"type": "json_schema", "json_schema": form}
    elif mode == JSON:
        request["response_format"] = {"type": "json_object"}

    async def run() -> Completion:
        started = time.monotonic()
        async with _client(config) as client:
            stream = await client.chat.completions.create(**request)
            async with stream:
                kind = stream.response.headers.get("content-type", "").partition(";")[0].strip()
                if kind == "application/json":  # a server that does not stream
                    return _whole(config, await stream.response.aread(), mode, started)
                if kind != "text/event-stream":
                    raise ServerTrouble(NOT_JSON, f"The server sent {kind[:80] or 'no type'}.")
                return await _gathered(config, stream, mode, started)

    return await _guarded(config, run())


def _without_bounds(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {k: _without_bounds(v) for k, v in schema.items() if k not in _BOUNDS}
    return schema


async def _gathered(
    config: Config, stream: AsyncIterator[Any], mode: str, started: float
) -> Completion:
    """A streamed reply as one, cancelled as soon as it is longer than any reply may be."""
    pieces: list[str] = []
    length, first, model, tokens, finish = 0, 0.0, "", 0, None
    async for chunk in stream:
        model = str(getattr(chunk, "model", "") or model)
        usage = getattr(chunk, "usage", None)
        tokens = int(getattr(usage, "completion_tokens", 0) or tokens)
        for choice in (getattr(chunk, "choices", None) or ())[:1]:
            piece = getattr(choice.delta, "content", None) or "" if choice.delta else ""
            if piece and not first:
                first = time.monotonic() - started
            pieces.append(piece)
            length += len(piece)
            finish = choice.finish_reason or finish
        if length > MAX_REPLY_CHARACTERS:
            raise ServerTrouble(TOO_LONG, f"More than {MAX_REPLY_CHARACTERS} characters came.")
    if finish is None:
        raise ServerTrouble(BROKEN, "The stream ended before the reply did.")
    return _finished(
        config, "".join(pieces), model, mode, finish, (time.monotonic() - started, first), tokens
    )


def _whole(config: Config, body: bytes, mode: str, started: float) -> Completion:
    """A reply that came in one piece."""
    import json

    seconds = time.monotonic() - started
    try:
        data = json.loads(body)
        choice = data["choices"][0]
        text = choice["message"]["content"] or ""
        finish = choice.get("finish_reason") or "stop"
        tokens = int((data.get("usage") or {}).get("completion_tokens") or 0)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        shown = body[:300].decode("utf-8", "replace")
        raise ServerTrouble(NOT_JSON, _scrubbed(shown, config)) from None
    return _finished(
        config, str(text), str(data.get("model", "")), mode, finish, (seconds, seconds), tokens
    )


def _finished(
    config: Config,
    text: str,
    model: str,
    mode: str,
    finish: str,
    seconds: tuple[float, float],
    tokens: int,
) -> Completion:
    if finish == "content_filter":
        raise ServerTrouble(FILTERED, "The server's filter stopped the reply.")
    if finish == "length":
        raise ServerTrouble(CUT_SHORT, "The reply did not fit: " + _scrubbed(text[-200:], config))
    text, model = _scrubbed(text, config, MAX_REPLY_CHARACTERS), _scrubbed(model, config)
    return Completion(text, model[:200] or config.model, mode, *seconds, tokens)


async def _guarded(config: Config, work: Any) -> Any:
    """``work`` within the time-out; every error as a ServerTrouble, without what caused it, because
    that holds the request and its headers."""
    import httpx2
    import openai

    try:
        async with asyncio.timeout(config.timeout):
            return await work
    except ServerTrouble:
        raise
    except (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException) as error:
        connecting = isinstance(error.__cause__ or error, httpx2.ConnectTimeout)
        trouble = ServerTrouble(UNREACHABLE if connecting else TIMEOUT)
    except openai.APIStatusError as error:
        trouble = _of_status(config, error)
    except openai.APIConnectionError as error:
        cause = error.__cause__ or error
        trouble = cause if isinstance(cause, ServerTrouble) else _of_connection(config, cause)
    except openai.APIError as error:  # an error in the middle of a stream
        trouble = ServerTrouble(SERVER, _scrubbed(error.message, config))
    except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
        trouble = _of_connection(config, error)
    except (openai.OpenAIError, httpx2.InvalidURL, ValueError, RecursionError) as error:
        trouble = ServerTrouble(NOT_JSON, _scrubbed(f"{type(error).__name__}: {error}", config))
    raise trouble


def _of_connection(config: Config, error: BaseException) -> ServerTrouble:
    import httpx2

    text = _scrubbed(f"{type(error).__name__}: {error}", config)
    never = isinstance(error, httpx2.ConnectError | httpx2.UnsupportedProtocol)
    return ServerTrouble(UNREACHABLE if never else BROKEN, text)


def _of_status(config: Config, error: openai.APIStatusError) -> ServerTrouble:
    status = error.status_code
    if status == 429:
        kind = BUSY
    elif status in (408, 425) or status >= 500:
        kind = SERVER
    elif status in (401, 403):
        kind = KEY
    elif status in (404, 405) or 300 <= status < 400:
        kind = NOT_FOUND
    else:
        kind = REFUSED
    return ServerTrouble(
        kind, _scrubbed(str(error.message), config), status=status, wait=_wait(error.response)
    )


def _wait(response: httpx2.Response) -> float:
    """The seconds of a Retry-After header; 0 without one, or when it names a date."""
    try:
        return max(0.0, float(response.headers.get("retry-after", "")))
    except ValueError:
        return 0.0


def _scrubbed(text: str, config: Config, most: int = 500) -> str:
    """``text`` without the key, should the server have repeated it, and not too long."""
    if config.key:
        text = text.replace(config.key, "•••")
    return text[:most]


def _client(config: Config) -> openai.AsyncOpenAI:
    import httpx2
    import openai

    client = openai.AsyncOpenAI(
        base_url=config.url,
        api_key=config.key or "none",
        max_retries=0,  # tries belong to the task, which remembers them
        timeout=httpx2.Timeout(config.timeout, connect=min(CONNECT_SECONDS, config.timeout)),
        http_client=httpx2.AsyncClient(transport=_bounded(), follow_redirects=False),
        default_headers={"Accept-Encoding": "identity"},
    )
    # Found in the environment, where they belong to another server.
    client.organization = client.project = client.admin_api_key = None
    return client


def _bounded() -> httpx2.AsyncBaseTransport:
    """A transport whose responses end with an error when they grow without bound."""
    import httpx2

    class Body(httpx2.AsyncByteStream):
        def __init__(self, stream: httpx2.AsyncByteStream) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for piece in self._stream:
                size += len(piece)
                if size > MAX_BODY_BYTES:
                    raise ServerTrouble(TOO_LONG, f"More than {MAX_BODY_BYTES} bytes came.")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    class Bounded(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            response = await super().handle_async_request(request)
            encoding = response.headers.get("content-encoding", "identity")
            if encoding.lower() not in ("", "identity"):  # small on the way, of any size here
                await response.aclose()
                raise ServerTrouble(NOT_JSON, f"The server sent {encoding[:40]}.")
            response.stream = Body(response.stream)  # type: ignore[arg-type]
            return response

    return Bounded()
