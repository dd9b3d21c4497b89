"""A chat-completions server in this process that does what a test tells it, good or bad."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789abcdef"


class Handler(BaseHTTPRequestHandler):
    """One connection. A behaviour gets it after the request was read, and writes what it likes."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(size) or b"{}")
        self.server.chat.requests.append(
            Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        )
        try:
            self.server.chat.behave(self, body)
        except (BrokenPipeError, ConnectionError):
            self.server.chat.hung_up.set()

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            models = [{"id": "fake", "object": "model", "created": 0, "owned_by": "tests"}]
            self.send(200, {"object": "list", "data": models})
        else:
            self.send(404, {"error": {"message": "no such page"}})

    def log_message(self, *_args: Any) -> None:
        pass

    # -- what behaviours are made of

    def send(self, status: int, body: Any, **headers: str) -> None:
        """A whole response; ``body`` as JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        kind = headers.pop("content_type", "application/json")
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def open_stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, text: str, finish: str | None = None, model: str = "fake-1") -> None:
        delta = {"content": text} if text else {}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        base = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": model}
        self.raw(f"data: {json.dumps({**base, 'choices': [choice]}, ensure_ascii=False)}\n\n")

    def raw(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def stream(self, text: str, finish: str = "stop") -> None:
        """A whole streamed reply."""
        self.open_stream()
        for start in range(0, len(text), 40):
            self.event(text[start : start + 40])
        self.event("", finish)
        self.raw("data: [DONE]\n\n")


Behaviour = Callable[[Handler, dict[str, Any]], None]


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    chat: ChatServer

    def handle_error(self, *_args: Any) -> None:  # a client that went away is no news
        self.chat.hung_up.set()


@dataclass
class ChatServer:
    """``behave`` may be replaced at any time; ``requests`` are those that came."""

    url: str = ""
    behave: Behaviour = lambda handler, body: handler.send(500, {})
    requests: list[Request] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)  # the client went away
    released: threading.Event = field(default_factory=threading.Event)  # ends what hangs

    def hang(self, *_args: Any) -> None:
        self.released.wait(60)


@contextmanager
def chat_server(behave: Behaviour | None = None) -> Iterator[ChatServer]:
    server = _Server(("127.0.0.1", 0), Handler)
    server.chat = ChatServer(f"http://127.0.0.1:{server.server_port}/v1")
    if behave:
        server.chat.behave = behave
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.chat
    finally:
        server.chat.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


# -- what a prompt asked, and replies to it --------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    passages: dict[int, str]
    answer: str


def asked(body: dict[str, Any]) -> Asked:
    """The passages and the fenced answer of a request, as a model sees them."""
    text = next(m["content"] for m in body["messages"] if m["role"] == "user")
    listed = text.split("Passages of the reference answer:\n", 1)[1].split(
        "\n\nThe candidate's", 1
    )[0]
    passages = {int(n): t for n, t in re.findall(r"^(\d+)\. (.*)$", listed, re.MULTILINE)}
    answer = re.search(r"<<<ANSWER \w+>>>\n(.*)\n<<<END \w+>>>", text, re.DOTALL)
    return Asked(passages, answer[1] if answer else "")


def reply(claims: list[dict[str, Any]], **fields: Any) -> str:
    whole = {
        "passages": claims,
        "score": 50,
        "feedback": "说到了一部分。再补充动量。",
        "follow_up": "动量为什么能减少震荡？",
        **fields,
    }
    return json.dumps(whole, ensure_ascii=False)


def honest(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Verdicts by shared wording: covered when a sentence of the answer shares most of its pairs of
    characters with the passage, partly when it shares some."""
    seen = asked(body)
    sentences = [s.strip() for s in re.split(r"[。！？!?\n]|\.\s", seen.answer) if s.strip()]
    claims = []
    for number, passage in seen.passages.items():
        best = max(sentences, key=lambda s: likeness(s, passage), default="")
        alike = likeness(best, passage) if best else 0.0
        verdict = "covered" if alike > 0.5 else "partly" if alike > 0.3 else "missed"
        evidence = best if verdict != "missed" else ""
        claims.append({"passage": number, "verdict": verdict, "evidence": evidence})
    return claims


def likeness(sentence: str, passage: str) -> float:
    def pairs(text: str) -> set[str]:
        letters = "".join(c for c in text.casefold() if c.isalnum())
        return {letters[i : i + 2] for i in range(len(letters) - 1)}

    own, other = pairs(sentence), pairs(passage)
    return len(own & other) / max(1, min(len(own), len(other)))


def graceful(handler: Handler, body: dict[str, Any]) -> None:
    """An honest model behind a server that streams."""
    handler.stream(reply(honest(body)))


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether ``condition`` came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
