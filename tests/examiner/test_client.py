"""Talking to servers that are slow, busy, broken or something else entirely."""

from __future__ import annotations

import logging
import time

import pytest

from interview.examiner import client, parsing
from interview.examiner.client import ServerTrouble, complete
from interview.examiner.config import Config
from tests.chat_server import KEY, chat_server

MESSAGES = [{"role": "user", "content": "评一下"}]
SCHEMA = parsing.schema(2)


@pytest.fixture
def server():
    with chat_server() as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(client, "_known", {})


def ask(server, timeout: float = 5, mode: str | None = None, key: str = KEY) -> client.Completion:
    return complete(Config(server.url, "fake", key, timeout), MESSAGES, SCHEMA, mode)


def trouble(server, behave, **options) -> ServerTrouble:
    server.behave = behave
    with pytest.raises(ServerTrouble) as caught:
        ask(server, **options)
    return caught.value


class TestGood:
    def test_a_streamed_reply_comes_whole(self, server):
        server.behave = lambda h, _: h.stream('{"回": "' + "长" * 500 + '"}')
        reply = ask(server)
        assert reply.text == '{"回": "' + "长" * 500 + '"}'
        assert (reply.model, reply.mode) == ("fake-1", "schema")
        assert 0 < reply.first_token <= reply.seconds

    def test_the_first_token_is_the_first_that_says_something(self, server):
        def behave(handler, _body):
            handler.open_stream()
            handler.event("")  # a role and nothing else
            handler.event("{}")
            time.sleep(0.2)
            handler.event("", "stop")

        server.behave = behave
        reply = ask(server)
        assert 0 < reply.first_token < reply.seconds - 0.1

    def test_a_server_that_does_not_stream_is_fine_too(self, server):
        whole = {"model": "m", "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}
        server.behave = lambda h, _: h.send(200, {**whole, "usage": {"completion_tokens": 7}})
        reply = ask(server)
        assert (reply.text, reply.model, reply.tokens) == ("{}", "m", 7)

    def test_what_is_sent(self, server, monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
        monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody-else")
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/")
        server.behave = lambda h, _: h.stream("{}")
        ask(server)
        [request] = server.requests
        assert request.path == "/v1/chat/completions"
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert not any("somebody-else" in value for value in request.headers.values())
        assert request.body["model"] == "fake"
        assert request.body["messages"] == MESSAGES
        assert request.body["temperature"] == 0
        assert request.body["response_format"]["json_schema"]["schema"] == SCHEMA

    def test_without_a_key_none_is_made_up_from_the_environment(self, server, monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
        server.behave = lambda h, _: h.stream("{}")
        ask(server, key="")
        assert server.requests[0].headers["authorization"] == "Bearer none"


class TestWaysOfAsking:
    @staticmethod
    def only(*taken: str):
        """A server that takes only some response formats."""

        def behave(handler, body):
            kind = body.get("response_format", {}).get("type", "none")
            if kind in taken:
                handler.stream("{}")
            else:
                handler.send(400, {"error": {"message": f"response_format {kind} is unknown"}})

        return behave

    @pytest.mark.parametrize(
        ("taken", "mode", "requests"),
        [(("json_schema",), "schema", 1), (("json_object",), "json", 3), (("none",), "text", 4)],
    )
    def test_the_strictest_one_that_the_server_takes_is_found_and_kept(
        self, server, taken, mode, requests
    ):
        server.behave = self.only(*taken)
        assert ask(server).mode == mode
        assert len(server.requests) == requests
        assert ask(server).mode == mode
        assert len(server.requests) == requests + 1

    def test_a_server_whose_schemas_know_no_lengths(self, server):
        def behave(handler, body):
            schema = body["response_format"]["json_schema"]["schema"]
            if "maxLength" in str(schema):
                handler.send(400, {"error": {"message": "'maxLength' is not permitted."}})
            else:
                handler.stream("{}")

        server.behave = behave
        assert ask(server).mode == "unbounded schema"
        sent = server.requests[-1].body["response_format"]["json_schema"]["schema"]
        assert sent["required"] == SCHEMA["required"]
        assert "minItems" not in str(sent)

    def test_a_server_that_takes_none_refuses(self, server):
        assert trouble(server, self.only()).kind == client.REFUSED

    def test_one_way_only_when_it_is_named(self, server):
        assert trouble(server, self.only("none"), mode="json").kind == client.REFUSED
        assert len(server.requests) == 1

    def test_a_model_with_a_temperature_of_its_own(self, server):
        def behave(handler, body):
            if "temperature" in body:
                error = {"message": "Unsupported value: 'temperature' does not support 0"}
                handler.send(400, {"error": error})
            else:
                handler.stream("{}")

        server.behave = behave
        assert ask(server).mode == "schema"
        ask(server)
        assert len(server.requests) == 3

    def test_too_long_a_request_is_not_sent_three_times(self, server):
        error = {"message": "This model's maximum context length is 4096 tokens."}
        assert trouble(server, lambda h, _: h.send(400, {"error": error})).kind == client.REFUSED
        assert len(server.requests) == 1


HTML = b"<!doctype html><title>Welcome</title><p>It works!"


def half_way(handler, _body):
    handler.open_stream()
    handler.event('{"passages": [')
    handler.connection.shutdown(2)


def half_a_length(handler, _body):
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def no_end(handler, _body):
    handler.open_stream()
    while True:
        handler.event("永远" * 400)


def no_line_end(handler, _body):
    handler.open_stream()
    while True:
        handler.raw("data: " + "x" * 65536)


def only_pings(handler, _body):
    handler.open_stream()
    while True:
        handler.raw(": still here\n\n")
        time.sleep(0.05)


def drip(handler, _body):
    handler.open_stream()
    while True:
        handler.event("字")
        time.sleep(0.2)


def stops_without_saying_so(handler, _body):
    handler.open_stream()
    handler.event('{"passages": []}')
    handler.raw("data: [DONE]\n\n")


def not_json_in_the_stream(handler, _body):
    handler.open_stream()
    handler.raw("data: {oops\n\n")


def error_in_the_stream(handler, _body):
    handler.open_stream()
    handler.event("{")
    handler.raw('data: {"error": {"message": "out of memory"}}\n\n')


def closes_at_once(handler, _body):
    handler.connection.shutdown(2)


def zipped(handler, _body):
    handler.send(200, b"\x1f\x8b" + b"0" * 100, content_encoding="gzip")


class TestBad:
    @pytest.mark.parametrize(
        ("behave", "kind"),
        [
            (lambda h, _: h.send(429, {"error": {"message": "slow down"}}), client.BUSY),
            (lambda h, _: h.send(500, {"error": {"message": "oops"}}), client.SERVER),
            (lambda h, _: h.send(503, HTML, content_type="text/html"), client.SERVER),
            (lambda h, _: h.send(401, {"error": {"message": "who?"}}), client.KEY),
            (lambda h, _: h.send(404, {"error": {"message": "no such model"}}), client.NOT_FOUND),
            (lambda h, _: h.send(302, b"", location="http://127.0.0.1:9/"), client.NOT_FOUND),
            (lambda h, _: h.send(200, HTML, content_type="text/html"), client.NOT_JSON),
            (lambda h, _: h.send(200, HTML), client.NOT_JSON),
            (lambda h, _: h.send(200, b"[]"), client.NOT_JSON),
            (lambda h, _: h.send(200, b"", content_type="text/plain"), client.NOT_JSON),
            (lambda h, _: h.stream("{", finish="length"), client.CUT_SHORT),
            (lambda h, _: h.stream("", finish="content_filter"), client.FILTERED),
            (half_way, client.BROKEN),
            (half_a_length, client.BROKEN),
            (closes_at_once, client.BROKEN),
            (stops_without_saying_so, client.BROKEN),
            (not_json_in_the_stream, client.NOT_JSON),
            (error_in_the_stream, client.SERVER),
            (no_end, client.TOO_LONG),
            (no_line_end, client.TOO_LONG),
            (zipped, client.NOT_JSON),
        ],
    )
    def test_it_has_a_name(self, server, behave, kind):
        assert trouble(server, behave).kind == kind

    def test_nobody_there(self, server):
        with chat_server() as gone:
            pass
        with pytest.raises(ServerTrouble) as caught:
            ask(gone)
        assert caught.value.kind == client.UNREACHABLE

    def test_an_address_that_is_none(self):
        with pytest.raises(ServerTrouble) as caught:
            complete(Config("http://no-such-host.invalid/v1", "m", "", 5), MESSAGES, SCHEMA)
        assert caught.value.kind == client.UNREACHABLE

    @pytest.mark.parametrize("behave", [only_pings, drip, lambda h, _: h.server.chat.hang()])
    def test_the_time_out_is_for_the_whole_reply(self, server, behave):
        assert trouble(server, behave, timeout=0.7).kind == client.TIMEOUT

    @pytest.mark.parametrize("behave", [no_end, drip])
    def test_a_reply_that_is_given_up_is_cancelled_at_the_server(self, server, behave):
        trouble(server, behave, timeout=0.7)
        assert server.hung_up.wait(10)

    def test_a_redirect_is_not_followed(self, server):
        with chat_server() as elsewhere:
            trouble(server, lambda h, _: h.send(307, b"", location=f"{elsewhere.url}/chat"))
            assert elsewhere.requests == []

    def test_the_wait_that_a_busy_server_asks_for(self, server):
        busy = trouble(server, lambda h, _: h.send(429, {}, retry_after="42"))
        assert (busy.wait, busy.retryable) == (42, True)
        date = trouble(
            server, lambda h, _: h.send(429, {}, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
        )
        assert date.wait == 0

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
    def test_what_will_not_pass_is_not_tried_again(self, server, status):
        assert not trouble(server, lambda h, _: h.send(status, {})).retryable


class TestKey:
    @pytest.mark.parametrize("status", [400, 401, 429, 500])
    def test_a_server_that_repeats_it_does_not_bring_it_back(self, server, status):
        error = {"error": {"message": f"Incorrect API key provided: {KEY}."}}
        caught = trouble(server, lambda h, _: h.send(status, error))
        assert KEY not in f"{caught} {caught!r} {caught.detail}"
        assert caught.__cause__ is None and "•••" in caught.detail

    def test_nor_in_a_reply(self, server):
        server.behave = lambda h, body: h.stream(f"your key is {KEY}")
        assert KEY not in ask(server).text

    def test_it_is_not_in_what_the_configuration_shows_of_itself(self):
        assert KEY not in repr(Config("http://x/v1", "m", KEY))

    def test_it_is_not_in_the_log_at_any_level(self, server, caplog):
        for name in ("", "openai", "httpx2", "httpcore2"):
            caplog.set_level(logging.DEBUG, logger=name or None)
        server.behave = lambda h, _: h.stream("{}")
        ask(server)
        trouble(server, lambda h, _: h.send(500, {}))
        assert caplog.records
        assert KEY not in caplog.text

    def test_nor_in_a_traceback_with_its_locals(self, server):
        """Error reports list local variables."""
        caught = trouble(server, half_way)
        trace, shown = caught.__traceback__, ""
        while trace:
            inside = trace.tb_frame.f_globals["__name__"]
            if inside.startswith("interview."):
                shown += repr(trace.tb_frame.f_locals)
            trace = trace.tb_next
        assert "fake" in shown and KEY not in shown


def test_models_are_listed(server):
    assert client.model_names(Config(server.url, "fake", KEY)) == ["fake"]
