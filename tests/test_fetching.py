"""Pictures on other hosts, from a real https server; only this file allows one on this machine."""

from __future__ import annotations

import io
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme
from django.core.management import call_command
from django.utils import timezone, translation

from knowledge import fetching
from knowledge.exporting import exportable, write_zip
from knowledge.fetching import Fetcher, Unfetchable, is_public
from knowledge.importing import make_plan, store
from knowledge.management.commands.fetch_images import Command
from knowledge.models import ImportRun, Question, Source, Topic
from knowledge.reading import read_zip
from knowledge.refresh import rendered
from tests.conftest import add_question

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


class Host:
    """Answers by path: bytes, or a status with headers, or something to do with the handler."""

    def __init__(self, certificates: trustme.CA) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, object] = {}
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                answer = host.answers.get(self.path, 404)
                if callable(answer):
                    answer(self)
                    return
                status, headers, body = (
                    (200, {"Content-Type": "image/png"}, answer)
                    if isinstance(answer, bytes)
                    else (answer, {}, b"")
                    if isinstance(answer, int)
                    else (302, {"Location": str(answer)}, b"")
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificates.issue_cert("localhost").configure_cert(context)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"


@pytest.fixture(scope="module")
def certificates():
    return trustme.CA()


@pytest.fixture
def host(certificates):
    host = Host(certificates)
    yield host
    host.server.shutdown()
    host.server.server_close()


@pytest.fixture
def fetcher(host, certificates, tmp_path, monkeypatch):
    path = tmp_path / "ca.pem"
    certificates.cert_pem.write_to_path(path)
    fetcher = Fetcher(allowed=frozenset({("localhost", host.port)}), ca_certs=str(path))
    monkeypatch.setattr(Command, "fetcher", fetcher)
    return fetcher


def run(*options: str) -> str:
    out = io.StringIO()
    call_command("fetch_images", *options, stdout=out)
    return out.getvalue()


def test_a_picture_is_fetched_once_and_shown_from_here_and_no_text_changes(host, fetcher):
    url = host.url("/a.png?size=2")
    host.answers["/a.png?size=2"] = PNG
    question = add_question("什么是图？", f'如图：\n\n![图]({url})\n\n<img src="{url}#x">')
    body = question.body
    assert f'src="{url}"' in rendered(body).html
    assert "1 fetched, 0 here already, 0 not fetched" in run()
    html = rendered(body).html
    assert html.count('src="/media/fetched/') == 2 and "localhost" not in html
    question.refresh_from_db()
    assert question.body == body
    assert "0 fetched, 1 here already, 0 not fetched" in run()
    assert host.asked == ["/a.png?size=2"]


def test_a_dry_run_names_what_it_would_fetch_and_asks_nobody(host, fetcher, settings):
    add_question("什么是图？", f"![图]({host.url('/a.png')})")
    said = run("--dry-run")
    assert f"would fetch {host.url('/a.png')}" in said and "1 to fetch" in said
    assert host.asked == [] and not settings.MEDIA_ROOT.exists()


def test_what_cannot_be_fetched_is_named_and_the_rest_is_fetched(host, fetcher):
    host.answers["/b.png"] = PNG
    pictures = " ".join(f"![图]({host.url(path)})" for path in ("/gone.png", "/b.png"))
    add_question("什么是图？", pictures)
    said = run()
    assert f"not fetched {host.url('/gone.png')}: the server answers 404" in said
    assert "1 fetched, 0 here already, 1 not fetched" in said


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (PNG, ".png"),
        (b"\xff\xd8\xff\xe0 jpeg", ".jpg"),
        (b"GIF89a gif", ".gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", ".webp"),
    ],
)
def test_the_kind_is_told_by_the_content(host, fetcher, data, suffix):
    host.answers["/picture"] = data
    assert fetcher.fetch(host.url("/picture")) == (data, suffix)


@pytest.mark.parametrize(
    "data", [b"<svg onload='x'/>", b"<html>", b"", b"RIFF\x00\x00\x00\x00WAVE"]
)
def test_what_is_no_picture_is_refused_whatever_the_server_calls_it(host, fetcher, data):
    host.answers["/a.png"] = data
    with pytest.raises(Unfetchable, match="no PNG"):
        fetcher.fetch(host.url("/a.png"))


def test_a_picture_that_is_too_large_is_refused(host, fetcher, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_PICTURE", 100)
    host.answers["/a.png"] = PNG + b"x" * 100
    with pytest.raises(Unfetchable, match="larger"):
        fetcher.fetch(host.url("/a.png"))


def test_a_server_that_trickles_is_left(host, fetcher):
    stopped = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stopped.is_set():
            try:
                handler.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.01)

    host.answers["/a.png"] = trickle
    hasty = Fetcher(fetcher.allowed, fetcher.ca_certs, most_seconds=0.2)
    with pytest.raises(Unfetchable, match="too long"):
        hasty.fetch(host.url("/a.png"))
    stopped.set()


def test_redirects_are_followed_but_not_for_ever(host, fetcher):
    host.answers |= {"/a": "/b", "/b": PNG, "/loop": "/loop"}
    assert fetcher.fetch(host.url("/a")) == (PNG, ".png")
    with pytest.raises(Unfetchable, match="too often"):
        fetcher.fetch(host.url("/loop"))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://localhost/a.png", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https://127.0.0.1:{port}/a.png", "public"),
        ("https://[::1]:{port}/a.png", "public"),
    ],
)
def test_a_redirect_leads_nowhere_that_an_address_may_not(host, fetcher, target, reason):
    host.answers |= {"/a": target.format(port=host.port), "/a.png": PNG}
    with pytest.raises(Unfetchable, match=reason):
        fetcher.fetch(host.url("/a"))
    assert host.asked == ["/a"]


def test_without_the_allowance_of_this_file_nothing_on_this_machine_is_asked(host, fetcher):
    with pytest.raises(Unfetchable, match="public"):
        Fetcher(ca_certs=fetcher.ca_certs).fetch(host.url("/a.png"))
    assert host.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused(host, fetcher):
    host.answers["/a.png"] = PNG
    with pytest.raises(Unfetchable, match="certificate"):
        Fetcher(allowed=fetcher.allowed).fetch(host.url("/a.png"))
    assert host.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(host, fetcher, monkeypatch):
    def resolve(name: str, port: int, **options: object) -> list[tuple]:
        return [(2, 1, 6, "", (address, port)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolve)
    with pytest.raises(Unfetchable, match="public"):
        fetcher.fetch("https://pictures.example/a.png")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "not an address",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"])
def test_addresses_that_are_public(address):
    assert is_public(address)


def test_an_archive_takes_the_copies_along(host, fetcher, settings):
    url = host.url("/a.png")
    host.answers["/a.png"] = PNG
    add_question("什么是图？", f"![图]({url})")
    run()
    buffer = io.BytesIO()
    write_zip(exportable(), buffer)
    settings.MEDIA_ROOT = settings.MEDIA_ROOT.parent / "another"
    for model in (ImportRun, Question, Topic, Source):
        model.objects.all().delete()
    store(make_plan(read_zip(buffer.getvalue(), "bank.zip")), now=timezone.now())
    assert 'src="/media/fetched/' in rendered(Question.objects.get().body).html
    assert "0 fetched, 1 here already" in run()
