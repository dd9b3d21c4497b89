"""Forged requests: targets and headers that lead elsewhere, bodies without end, and fishing for secrets.

Who may reach which row, and forms of other sites: test_addresses. Scripts: browser/test_scripts.
Guessing passwords: test_throttling. Archives that are traps: test_reading.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bench.parsing import SHAPES, reading, rendering
from interview.models import Attempt, Interview, Slot
from knowledge.models import Question
from tests.pages import PUBLIC, World
from tests.test_checks import PRODUCTION, manage  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
RIGHT = "correct horse"
LINES = [
    "/history/\r\nSet-Cookie: evil=1",
    "/history/%0d%0aSet-Cookie:evil=1",
    "/\n\n<script>",
    "/\x00",
]


@pytest.fixture
def world(person, question) -> World:
    return World(person, question)


@pytest.fixture
def client(world, client_of) -> Client:
    return client_of(world.person)


class TestTargets:
    """Where a page may send somebody."""

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "/\\evil.example"]
    )
    def test_the_admin_s_sign_in_leads_to_no_other_site(self, target, staff):
        path = reverse("admin:login") + "?next=" + target
        data = {"username": "author", "password": RIGHT, "next": target}
        location = Client().post(path, data).headers["Location"]
        assert re.match(r"/(?![/\\])", location)

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "///evil.example"]
    )
    def test_nor_does_it_for_who_is_signed_in_already(self, target, client):
        location = client.get(reverse("login"), {"next": target}).headers["Location"]
        assert re.match(r"/(?![/\\])", location)

    @pytest.mark.parametrize(
        "path", ["//evil.example/history", "///evil.example", "/\\evil.example/x"]
    )
    def test_a_slash_that_is_added_does_not_make_a_host_of_a_path(self, path, client):
        response = client.get("/", PATH_INFO=path)
        assert response.status_code in (301, 302, 404)
        assert not response.headers.get("Location", "/").startswith(("//", "/\\", "http"))

    @pytest.mark.parametrize("target", LINES)
    def test_line_breaks_in_a_target_make_no_header(self, target, person):
        sent = {"username": "ming", "password": RIGHT, "next": target, "language": "en"}
        for name in ("login", "set_language"):
            response = Client().post(reverse(name), sent)
            assert response.status_code == 302
            assert "evil" not in response.cookies
            assert not re.search(r"[\r\n\0]", response.headers["Location"])

    def test_line_breaks_in_a_path_make_no_header(self, client):
        for path in ("/history\r\nSet-Cookie: evil=1", "/history%0d%0aSet-Cookie:%20evil=1"):
            response = client.get(path)
            assert "evil" not in response.cookies
            assert not re.search(r"[\r\n]", response.headers.get("Location", ""))

    def test_the_name_of_an_uploaded_picture_makes_no_header(
        self, staff, client_of, settings, tmp_path
    ):
        settings.DATA_DIR = tmp_path
        author = client_of(staff)
        name = 'a"; filename=x.html\r\nSet-Cookie: evil=1; .png'
        files = [
            SimpleUploadedFile("a.png", b"x"),
            SimpleUploadedFile("a.md", "# 什么？\n\n乙。".encode()),
        ]
        data = {"files": files, "paths": json.dumps([name, "a.md"])}
        plan = author.post(reverse("admin:knowledge_importrun_import"), data).headers["Location"]
        from urllib.parse import quote

        response = author.get(f"{plan}picture/{quote(name)}")
        assert response.status_code in (200, 404)
        assert "evil" not in response.cookies
        assert not re.search(r"[\r\n]", response.headers.get("Content-Disposition", ""))
        if response.status_code == 200:
            assert response.headers["Content-Type"] == "image/png"


class TestHeaders:
    FORGED = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Server": "evil.example",
        "X-Forwarded-Port": "1234",
        "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/admin/",
        "X-Rewrite-URL": "/admin/",
        "Forwarded": "host=evil.example;proto=https",
        "X-Host": "evil.example",
    }

    def test_other_names_for_this_host_are_ignored(self, client):
        for name in (*PUBLIC, "history", "search"):
            response = client.get(reverse(name), headers=self.FORGED)
            assert "evil" not in response.content.decode(), name
            assert "evil" not in str(response.headers), name
        location = Client().get(reverse("history"), headers=self.FORGED).headers["Location"]
        assert location == "/login/?next=/history/"

    def test_the_method_is_the_method(self, client, world):
        headers = {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE"}
        data = {"_method": "DELETE"}
        assert client.post(reverse("history"), data, headers=headers).status_code == 405
        assert Interview.objects.filter(pk=world.open.pk).exists()

    @pytest.mark.parametrize(
        "host", ["evil.example", "", "testserver evil.example", "testserver,evil.example", "testserver:x",
                 "evil.example#testserver", "testserver\r\nX-Evil: 1", "a" * 5000, "[::1", "testserver@evil"]
    )  # fmt: skip
    def test_a_host_that_is_not_this_site_gets_nothing(self, host, world):
        response = Client(HTTP_HOST=host).get("/")
        assert response.status_code == 400
        assert configured.SECRET_KEY not in response.content.decode()
        assert "ALLOWED_HOSTS" not in response.content.decode()

    def test_https_is_not_believed_without_the_setting(self, client):
        response = client.get("/", headers={"X-Forwarded-Proto": "https"})
        assert not response.wsgi_request.is_secure()
        assert "Strict-Transport-Security" not in response.headers

    def test_with_it_everything_is_sent_over_https_alone(self, manage, tmp_path):  # noqa: F811
        """A process with the settings of production, asked through the test client."""
        code = """
import json
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
User.objects.create_user("ming", password="correct horse")
client = Client(HTTP_HOST="viva.example.org")
plain = client.get("/login/", headers={"X-Forwarded-Proto": "http"})
over = {"headers": {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1"}}
client.get("/login/", **over)
page = client.post("/login/", {"username": "ming", "password": "correct horse"}, **over)
print("RESULT", json.dumps({
    "plain": [plain.status_code, plain.headers["Location"]],
    "hsts": page.headers["Strict-Transport-Security"],
    "cookies": {name: [bool(c["secure"]), bool(c["httponly"]), c["samesite"]] for name, c in client.cookies.items()},
}))
"""
        (tmp_path / "data").mkdir()
        done = manage("shell", "-c", code, **PRODUCTION)
        assert "RESULT" in done.stdout, done.stderr
        found = json.loads(done.stdout.split("RESULT", 1)[1])
        assert found["plain"] == [301, "https://viva.example.org/login/"]
        assert found["hsts"] == "max-age=31536000; includeSubDomains; preload"
        assert found["cookies"]["sessionid"] == [True, True, "Lax"]
        assert found["cookies"]["csrftoken"][::2] == [True, "Lax"]

    def test_pages_with_what_is_ones_own_are_kept_by_no_shared_cache(self, client, world):
        for address in world.own().values():
            response = client.get(address)
            assert "Cookie" in response.headers["Vary"]
            assert "public" not in response.headers.get("Cache-Control", "")


class TestBodies:
    """More than is taken is refused with a page that says so; nothing of it is stored."""

    def refused(self, response) -> None:
        assert response.status_code == 413
        page = response.content.decode()
        assert "Nothing of it was stored" in page and "没有保存" in page

    def test_a_form_without_end(self, client, world):
        path = reverse("answer", args=[world.open.pk, 1])
        self.refused(client.post(path, {"answer": "x" * 2_600_000}))
        kind = "application/x-www-form-urlencoded"
        self.refused(client.post(path, "answer=" + "x" * 2_600_000, content_type=kind))
        assert not Attempt.objects.filter(slot__interview=world.open).exists()
        assert Slot.objects.get(interview=world.open).draft == "想到一半"

    def test_a_form_of_too_many_fields(self, client):
        self.refused(client.post(reverse("start"), {f"f{n}": "1" for n in range(2_001)}))

    def test_an_upload_of_too_many_files(self, staff, client_of, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        settings.DATA_UPLOAD_MAX_NUMBER_FILES = 20
        files = [SimpleUploadedFile(f"{n}.md", b"x") for n in range(21)]
        path = reverse("admin:knowledge_importrun_import")
        self.refused(client_of(staff).post(path, {"files": files}))
        assert not Question.objects.exists()

    @pytest.mark.parametrize("length", ["-1", "abc", "9" * 30, "²"])
    def test_a_length_that_is_none(self, length, client, staff, client_of):
        upload = reverse("admin:knowledge_importrun_import")
        for path, who in ((reverse("start"), client), (upload, client_of(staff))):
            response = who.generic("POST", path, b"count=1", CONTENT_LENGTH=length)
            assert response.status_code < 500

    @pytest.mark.parametrize(
        "kind", ["application/json", "text/xml", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 500,
                 "application/x-www-form-urlencoded; charset=utf-7", "text/plain; charset=nonsense", "x"]
    )  # fmt: skip
    def test_a_body_of_another_kind(self, kind, client, world):
        body = (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'
        )
        path = reverse("draft", args=[world.open.pk, 1])
        response = client.generic("POST", path, body, content_type=kind)
        assert response.status_code < 500
        assert b"root:" not in response.content


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return stream.getvalue()


class TestUploads:
    """Archives through the page: the traps themselves are in test_reading."""

    @pytest.fixture
    def send(self, staff, client_of, settings, tmp_path):
        settings.DATA_DIR = tmp_path / "data"
        author = client_of(staff)

        def upload(data: bytes, name: str = "notes.zip") -> str:
            path = reverse("admin:knowledge_importrun_import")
            sent = {"files": SimpleUploadedFile(name, data)}
            response = author.post(path, sent, follow=True, headers={"Accept-Language": "en"})
            assert response.status_code == 200
            return response.content.decode()

        yield upload
        outside = [p for p in tmp_path.iterdir() if p.name not in ("data", "index", "media")]
        assert outside == []

    def test_zip_slip(self, send):
        assert "leads outside" in send(archive(**{"../../evil.md": b"# Q\n\nA"}))

    def test_a_zip_bomb(self, send):
        assert "suspiciously tightly" in send(archive(**{"a.md": b"0" * 15_000_000}))

    def test_a_link_in_a_zip(self, send):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as packed:
            link = zipfile.ZipInfo("a.md")
            link.external_attr = 0o120777 << 16
            packed.writestr(link, "/etc/passwd")
        page = send(stream.getvalue())
        assert "is a link" in page and "root:" not in page

    def test_a_zip_in_a_zip_is_not_opened(self, send):
        inner = archive(**{"../evil.md": "# 什么是内层？\n\n乙。".encode()})
        page = send(archive(**{"inner.zip": inner, "a.md": "# 什么是外层？\n\n乙。".encode()}))
        assert "什么是外层" in page and "内层" not in page and "outside" not in page

    def test_folders_in_folders_without_end(self, send):
        assert "什么是深处" in send(
            archive(**{"a/" * 400 + "b.md": "# 什么是深处？\n\n乙。".encode()})
        )

    def test_front_matter_that_unfolds_to_millions(self, send):
        laughs = "a0: &a0 [x]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
        )
        page = send(f"---\n{laughs}---\n# 什么是引用？\n\n乙。".encode(), "a.md")
        assert "什么是引用" in page and len(page) < 200_000

    def test_front_matter_that_makes_objects(self, send, tmp_path):
        text = f"---\ntitle: !!python/object/apply:os.system ['touch {tmp_path}/evil']\n---\n# 什么？\n\n乙。"
        assert "什么" in send(text.encode(), "a.md")


DEEP = {
    "quotes": ">" * 5_000 + " x",
    "lists": "".join("  " * depth + "- a\n" for depth in range(300)),
    "brackets": "[" * 10_000,
    "links": "[a](" * 5_000,
    "emphasis": "**a *b " * 3_000,
    "elements": "<div>" * 5_000,
    "details": "<details><summary>" * 2_000,
    "tables": "<table><tr><td>" * 1_000,
    "fractions": "$" + "\\frac{" * 1_500 + "x" + "}" * 1_500 + "$",
    "roots": "$" + "\\sqrt" * 3_000 + "x$",
    "superscripts": "$x" + "^{x" * 1_500 + "}" * 1_500 + "$",
}  # fmt: skip


class TestDepth:
    @pytest.mark.parametrize("name", DEEP)
    def test_deep_nesting_is_shown_wherever_it_is_typed(
        self, name, client, world, ready, staff, client_of
    ):
        path = reverse("preview", args=[world.open.pk, 1])
        shown = client.post(path, {"answer": DEEP[name]}, headers={"HX-Request": "true"})
        assert shown.status_code == 200
        preview = client_of(staff).post(
            reverse("admin:knowledge_question_preview"), {"body": DEEP[name]}
        )
        assert preview.status_code == 200

    def test_an_answer_of_all_of_them_is_graded(self, client, world, ready):
        answer = "\n\n".join(text[:1_500] for text in DEEP.values())
        path = reverse("answer", args=[world.open.pk, 1])
        assert client.post(path, {"answer": answer}, follow=True).status_code == 200
        assert Attempt.objects.get(slot__interview=world.open).score is not None


def calls_of(work, text: str) -> int:
    """How many functions ``work(text)`` calls: the same on every machine."""
    count = 0

    def hook(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(hook)
    try:
        work(text)
    finally:
        sys.setprofile(None)
    return count


class TestBlowUps:
    """Work grows with the text and not with its square: counted, not timed. `python -m bench.parsing`
    times the same shapes, regular expressions included, which this does not see into."""

    @pytest.mark.parametrize("work", [reading, rendering])
    def test_four_times_the_text_is_not_sixteen_times_the_work(self, work):
        grown = {}
        for name, (count, shape) in SHAPES.items():
            small = max(count // 150, 10)
            once, often = (calls_of(work, shape(small * n)) for n in (1, 4))
            if often > 8_000 and often > 8 * once:
                grown[name] = (once, often)
        assert grown == {}

    def test_quadratic_work_would_be_noticed(self):
        def quadratic(text: str) -> None:
            for _ in text:
                for _ in text:
                    len(text)

        assert calls_of(quadratic, "x" * 200) > 8 * calls_of(quadratic, "x" * 50)


class TestSessions:
    def test_another_password_ends_the_sessions_of_others(self, person, client_of):
        own, stolen = client_of(person), client_of(person)
        data = {
            "old_password": RIGHT,
            "new_password1": "a-longer-one-9",
            "new_password2": "a-longer-one-9",
        }
        assert own.post(reverse("change_password"), data).status_code == 302
        assert own.get(reverse("history")).status_code == 200
        assert stolen.get(reverse("history")).status_code == 302

    def test_a_session_that_was_left_is_worth_nothing(self, person, client_of):
        client = client_of(person)
        key = client.cookies["sessionid"].value
        client.post(reverse("logout"))
        thief = Client()
        thief.cookies["sessionid"] = key
        assert thief.get(reverse("history")).status_code == 302

    def test_nor_is_one_that_was_thought_up(self, db):
        client = Client()
        client.cookies["sessionid"] = "a" * 32
        client.get(reverse("login"))
        assert client.session.session_key != "a" * 32


class TestSecrets:
    SETTINGS = {
        "VIVA_EXAMINER_KEY": "sk-examiner-hidden",
        "VIVA_EXAMINER_URL": "https://user:url-hidden@examiner.example/v1",
    }

    @pytest.fixture
    def hidden(self, settings, monkeypatch):
        for name, value in self.SETTINGS.items():
            setattr(settings, name, value)
        return [settings.SECRET_KEY, "sk-examiner-hidden", "url-hidden"]

    @pytest.fixture
    def broken(self, client, monkeypatch):
        # Fails in the product's own lines: a page for developers shows those around an error.
        monkeypatch.setattr("interview.history.score_chart", int)
        client.raise_request_exception = False
        return client

    def test_pages_of_errors_tell_nothing(self, broken, hidden, settings):
        pages = [
            broken.get(reverse("history")),
            broken.get("/nowhere/"),
            broken.get("/", headers={"Host": "evil.example"}),
            Client(enforce_csrf_checks=True).post(reverse("login"), {}),
            broken.post(reverse("start"), {"x": "x" * 2_600_000}),
        ]
        assert [page.status_code for page in pages] == [500, 404, 400, 403, 413]
        for page in pages:
            html = page.content.decode()
            told = [
                *hidden,
                "Traceback",
                "TypeError",
                "settings.py",
                str(settings.DATA_DIR),
            ]
            assert not [word for word in told if word in html], page.status_code

    def test_not_even_a_developers_error_page_shows_keys(
        self, broken, hidden, settings, monkeypatch
    ):
        """Request data of the development server holds the environment, too."""
        settings.DEBUG = True
        environment = {
            "VIVA_SECRET_KEY": "env-hidden",
            "VIVA_DATABASE_URL": "postgresql://viva:db-hidden@localhost/viva",
            "VIVA_EXAMINER_KEY": "env-key-hidden",
        }
        page = broken.get(reverse("history"), **environment)
        html = page.content.decode()
        assert page.status_code == 500 and "TypeError" in html
        assert "VIVA_EXAMINER_KEY" in html  # it is such a page
        for word in (*hidden, "env-hidden", "db-hidden", "env-key-hidden", client_key(broken)):
            assert word not in html, word

    def test_health_is_told_and_nothing_else(self, db):
        assert set(json.loads(Client().get("/readyz").content)) == {"database", "grader", "index"}
        assert json.loads(Client().get("/healthz").content) == {"status": "ok"}

    def test_nothing_of_the_data_folder_is_served(self, client, settings):
        for path in (
            "secret_key",
            "db.sqlite3",
            "../secret_key",
            "imports/",
            ".env",
            ".git/config",
        ):
            for where in ("/", "/static/", "/media/", "/static/../"):
                assert client.get(where + path).status_code in (301, 302, 404), where + path
        assert client.get("/static/..%2fsecret_key").status_code == 404


def client_key(client: Client) -> str:
    return client.cookies["sessionid"].value
