"""What a stranger, a curious person and a hostile author may not do."""

from __future__ import annotations

import re
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from interview.models import Attempt, Interview, Slot
from knowledge.models import Topic
from knowledge.refresh import refresh
from tests.attempts import attempted, grade_of, point
from tests.conftest import add_question
from tests.pages import PUBLIC, Document, World, admin_pages

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert('viva')</script>"
PAYLOADS = [
    SCRIPT,
    '<img src=x onerror="alert(1)">',
    '"><svg onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    "<iframe src=//evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><input name=password></form>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    '<mark style="background:url(//evil.example)" onclick=alert(1)>x</mark>',
]
MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    '<https://ok.example/" onmouseover="alert(1)>',
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "$\\href{javascript:alert(1)}{x}$",
    "$<script>alert(1)</script>$",
]
# Elements that may not come out of anything a person typed.
FORBIDDEN = {"iframe", "object", "embed", "base", "applet", "frame", "style"}


@pytest.fixture
def world(person, question) -> World:
    return World(person, question)


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


def everything(world: World, client: Client, author: Client | None = None):
    """(address, response) of every page, the admin's too when there is an ``author``."""
    for name in PUBLIC:
        yield name, Client().get(reverse(name))
    for address in world.pages().values():
        yield address, client.get(address)
    yield "404", client.get("/nowhere/")
    if author:
        for address in admin_pages(world.question):
            yield address, author.get(address)


def directives(response) -> dict[str, list[str]]:
    header = response.headers["Content-Security-Policy"]
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: values for name, *values in parts}


class TestContentSecurityPolicy:
    WANTED = {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "https:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }

    def test_every_page_carries_it(self, world, client, staff, client_of):
        for address, response in everything(world, client, client_of(staff)):
            assert directives(response) == self.WANTED, address

    def test_so_do_errors_and_pieces_for_htmx(self, world, client, monkeypatch):
        piece = client.get(world.pages()["hits"], headers={"HX-Request": "true"})
        assert directives(piece) == self.WANTED
        monkeypatch.setattr("interview.history.score_chart", lambda _user: 1 / 0)
        client.raise_request_exception = False
        assert directives(client.get(reverse("history"))) == self.WANTED
        strict = Client(enforce_csrf_checks=True)
        assert directives(strict.post(reverse("login"), {})) == self.WANTED

    def test_other_headers_stand_beside_it(self, world, client):
        for address, response in everything(world, client):
            assert response.headers["X-Frame-Options"] == "DENY", address
            assert response.headers["X-Content-Type-Options"] == "nosniff", address
            assert response.headers["Referrer-Policy"] == "same-origin", address
            assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin", address

    def test_no_page_has_script_or_style_of_its_own(self, world, client, staff, client_of, ready):
        for address, response in everything(world, client, client_of(staff)):
            page = Document(response.content.decode())
            for script in page.all("script"):
                data = script.get("type", "") in ("application/json", "importmap")
                assert "src" in script or data, (address, script)
            assert not page.all("style"), address
            for tag, attributes in page.elements:
                assert "style" not in attributes, (address, tag, attributes)
                handlers = [name for name in attributes if name.startswith("on")]
                assert not handlers, (address, tag, handlers)
                for value in attributes.values():
                    assert not value.strip().lower().startswith("javascript:"), (address, tag)

    def test_nothing_is_loaded_from_another_host(self, world, client, staff, client_of, ready):
        for address, response in everything(world, client, client_of(staff)):
            for tag, attributes in Document(response.content.decode()).elements:
                if tag in ("a", "form"):
                    continue
                for name in ("src", "href", "srcset", "poster", "data"):
                    parts = urlsplit(attributes.get(name, ""))
                    assert not parts.netloc or tag == "img", (address, tag, attributes)

    def test_style_sheets_and_scripts_load_nothing_from_elsewhere(self):
        for folder in settings.STATICFILES_DIRS:
            for path in [*folder.rglob("*.css"), *folder.rglob("*.js")]:
                source = path.read_text(encoding="utf-8")
                assert not re.findall(r"(?:url\(|import|fetch\()\s*['\"]?(?:https?:)?//", source), (
                    path
                )


class TestOtherPeople:
    def test_their_rows_are_404(self, world, stranger, client_of):
        other = client_of(stranger)
        for name, address in world.own().items():
            assert other.get(address).status_code == 404, name

    def test_and_so_is_every_change_to_them(self, world, stranger, client_of):
        other = client_of(stranger)
        before = list(Slot.objects.order_by("pk").values_list("state", "draft"))
        for name in ("answer", "skip", "draft"):
            address = reverse(name, args=[world.open.pk, 1])
            data = {"answer": "别人写的", "submission": str(uuid.uuid4())}
            assert other.post(address, data).status_code == 404, name
        assert list(Slot.objects.order_by("pk").values_list("state", "draft")) == before
        assert Attempt.objects.of(stranger).count() == 0

    def test_a_row_that_is_not_there_looks_the_same(self, world, stranger, client_of):
        other = client_of(stranger)
        theirs = other.get(reverse("attempt", args=[world.graded.pk]))
        nobodys = other.get(reverse("attempt", args=[uuid.uuid4()]))
        assert theirs.status_code == nobodys.status_code == 404
        assert strip(theirs) == strip(nobodys)

    def test_staff_read_them_in_the_admin_and_not_in_the_pages(self, world, staff, client_of):
        for name, address in world.own().items():
            assert client_of(staff).get(address).status_code == 404, name

    def test_without_signing_in_everything_asks_to(self, world):
        anonymous = Client()
        for name, address in world.pages().items():
            if name not in PUBLIC:
                response = anonymous.get(address)
                assert response.status_code == 302, name
                assert response.headers["Location"].startswith(reverse("login")), name

    def test_the_admin_is_for_staff(self, world, client):
        for address in admin_pages(world.question):
            response = client.get(address)
            assert response.status_code == 302
            assert reverse("admin:login") in response.headers["Location"]

    def test_a_slot_of_one_interview_is_not_reached_through_another(self, world, client):
        address = reverse("slot", args=[world.open.pk, 2])
        assert client.get(address).status_code == 404

    def test_ones_own_submission_id_does_not_move_an_attempt(self, world, client, question):
        """The same id for another question neither overwrites the first answer nor shows it."""
        add_question("什么是动量？")
        client.post(reverse("start"), {"count": 2})
        interview = Interview.objects.filter(user=world.person).latest("created_at")
        submission = str(uuid.uuid4())
        first = {"answer": "第一个回答", "submission": submission}
        client.post(reverse("answer", args=[interview.pk, 1]), first)
        second = client.post(
            reverse("answer", args=[interview.pk, 2]), first | {"answer": "第二个"}
        )
        assert second.status_code == 404
        assert Attempt.objects.get(submission=submission).answer == "第一个回答"


def strip(response) -> str:
    """The page without what differs from request to request."""
    html = response.content.decode()
    html = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", html)
    return re.sub(r'name="next" value="[^"]*"', "", html)


class TestCrossSiteRequests:
    @pytest.fixture
    def strict(self, person) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.force_login(person)
        return client

    def test_every_post_without_a_token_is_refused(self, world, strict):
        addresses = [
            reverse("start"),
            reverse("logout"),
            reverse("login"),
            reverse("set_language"),
            *(reverse(name, args=[world.open.pk, 1]) for name in ("answer", "skip", "draft")),
        ]
        for address in addresses:
            assert strict.post(address, {"answer": "x", "count": 1}).status_code == 403, address
        assert Interview.objects.count() == 4
        assert "_auth_user_id" in strict.session

    def test_signing_up_too(self, db):
        assert Client(enforce_csrf_checks=True).post(reverse("sign_up"), {}).status_code == 403

    def test_the_admin_too(self, world, staff):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(staff)
        for name in ("admin:knowledge_question_add", "admin:knowledge_question_preview"):
            assert strict.post(reverse(name), {"body": "x"}).status_code == 403, name
        address = reverse("admin:knowledge_question_delete", args=[world.question.pk])
        assert strict.post(address, {"post": "yes"}).status_code == 403
        world.question.refresh_from_db()

    def test_every_form_that_posts_carries_a_token(self, world, client, staff, client_of):
        for address, response in everything(world, client, client_of(staff)):
            html = response.content.decode()
            for form in re.findall(r"<form\b.*?</form>", html, re.S):
                if re.match(r'<form[^>]*method="post"', form):
                    assert "csrfmiddlewaretoken" in form, (address, form[:200])

    def test_a_token_makes_it_good(self, world, strict):
        page = strict.get(world.own()["composer"])
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.content.decode()).group(1)
        address = reverse("draft", args=[world.open.pk, 1])
        assert (
            strict.post(address, {"answer": "x", "csrfmiddlewaretoken": token}).status_code == 200
        )
        header = strict.post(address, {"answer": "y"}, headers={"X-CSRFToken": token})
        assert header.status_code == 200

    def test_cookies_stay_on_this_site(self, person, settings):
        client = Client()
        client.get(reverse("login"))
        client.post(reverse("login"), {"username": "ming", "password": "correct horse"})
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        assert session["httponly"]
        assert session["samesite"] == "Lax"
        assert client.cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Lax"


class TestRedirects:
    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "http:evil.example",
            "\t//evil.example",
        ],
    )
    def test_next_never_leaves_the_site(self, person, target):
        data = {"username": "ming", "password": "correct horse", "next": target}
        for address, posted in (
            (reverse("login"), data),
            (reverse("set_language"), {"language": "en", "next": target}),
        ):
            response = Client().post(address, posted)
            assert response.status_code == 302, (address, target)
            location = response.headers["Location"]
            assert location.startswith("/"), (address, location)
            assert not location.startswith(("//", "/\\")), (address, location)

    def test_nor_does_a_foreign_referer(self, db):
        response = Client().post(
            reverse("set_language"),
            {"language": "en"},
            headers={"Referer": "https://evil.example/"},
        )
        assert response.headers["Location"] == "/"


class TestHost:
    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil"])
    def test_another_host_name_is_refused(self, db, host):
        settings_hosts = {"HTTP_HOST": host}
        assert Client(**settings_hosts).get("/").status_code == 400


class TestStoredMarkup:
    """What authors and people type is shown; none of it runs."""

    def harmless(self, response, address) -> str:
        assert response.status_code == 200, address
        html = response.content.decode()
        page = Document(html)
        for tag, attributes in page.elements:
            assert tag not in FORBIDDEN, (address, tag)
            for name, value in attributes.items():
                assert not name.startswith("on"), (address, tag, name)
                scheme = re.sub(r"[\s\x00-\x20]", "", value).lower()
                assert not scheme.startswith(("javascript:", "data:text", "vbscript:")), (
                    address,
                    tag,
                )
            if tag == "script" and attributes.get("type") != "application/json":
                assert attributes["src"].startswith(("/static/", "/admin/jsi18n/")), address
            if tag == "form":
                assert not urlsplit(attributes.get("action", "")).netloc, (address, attributes)
            if tag == "meta":
                assert "refresh" not in attributes.get("http-equiv", ""), address
            if tag == "img":
                assert not attributes["src"].startswith("http:"), (address, attributes)
        return html

    @pytest.mark.parametrize("payload", [*PAYLOADS, *MARKDOWN])
    def test_in_every_field_at_once(self, payload, person, client, staff, client_of, ready):
        question = add_question(
            f"标题 {payload}？",
            f"**要点** {payload}\n\n- 学习率决定步长 {payload}\n\n{payload}\n",
            topic=f"主题 {payload}",
            stem=f"题干 {payload}",
            author_keywords=[f"词 {payload}"],
            tags=[payload],
        )
        world = World(person, question)
        world.graded.answer = f"回答 {payload}"
        world.graded.grade = grade_of(
            50,
            points=[
                point(f"点 {payload}", verdict, spans=[(0, 3 + len(payload))], passages=(1,))
                for verdict in ("covered", "missed", "contradicted")
            ],
            passages=[{"position": 1, "verdict": "covered"}],
            keywords_found=[payload],
            keywords_missed=[payload],
            flags=[payload],
        )
        world.graded.save()
        Slot.objects.filter(interview=world.open).update(draft=payload)
        pages = world.pages() | {"query": reverse("search") + f"?q={payload}"}
        for address in pages.values():
            html = self.harmless(client.get(address), address)
            assert SCRIPT not in html, address
        author = client_of(staff)
        for address in admin_pages(question):
            self.harmless(author.get(address), address)
        preview = author.post(reverse("admin:knowledge_question_preview"), {"body": payload})
        self.harmless(preview, "preview")

    def test_a_title_with_markup_is_shown_as_it_was_typed(self, client, db):
        question = add_question("为什么 a < b && c > d？", "因为 <b> 小于。")
        html = client.get(reverse("question", args=[question.pk])).content.decode()
        assert "为什么 a &lt; b &amp;&amp; c &gt; d？" in html

    def test_names_of_people_are_text(self, db, client_of, staff):
        from django.contrib.auth.models import User

        hostile = User.objects.create_user("x\"><script>alert('viva')</script>", password="p")
        for address in (reverse("home"), reverse("history")):
            assert SCRIPT not in client_of(hostile).get(address).content.decode()
        page = client_of(staff).get(reverse("admin:auth_user_changelist")).content.decode()
        assert SCRIPT not in page

    def test_a_topic_renamed_to_markup_stays_text(self, client, world):
        Topic.objects.update(name=SCRIPT)
        Attempt.objects.update(topic_name=SCRIPT)
        refresh([world.question])
        for address in world.pages().values():
            assert SCRIPT not in client.get(address).content.decode(), address


class TestMedia:
    @pytest.fixture
    def folder(self, settings):
        folder = settings.MEDIA_ROOT / "sources" / "abc"
        folder.mkdir(parents=True)
        for name in ("x.png", "x.JPG", "x.webp", "x.svg", "x.html", "x.md", "x.png.html", "noext"):
            (folder / name).write_bytes(b"content")
        (folder / "folder.png").mkdir()
        (settings.MEDIA_ROOT.parent / "secret.png").write_bytes(b"secret")
        return folder

    @pytest.mark.parametrize(
        ("name", "kind"),
        [("x.png", "image/png"), ("x.JPG", "image/jpeg"), ("x.webp", "image/webp")],
    )
    def test_pictures_come_as_what_they_are(self, client, folder, name, kind):
        response = client.get(f"/media/sources/abc/{name}")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == kind
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert b"".join(response.streaming_content) == b"content"

    @pytest.mark.parametrize(
        "name",
        ["x.svg", "x.html", "x.md", "x.png.html", "noext", "folder.png", "none.png", "", "."],
    )
    def test_nothing_else_comes_at_all(self, client, folder, name):
        assert client.get(f"/media/sources/abc/{name}").status_code == 404

    @pytest.mark.parametrize(
        "path",
        [
            "../secret.png",
            "sources/../../secret.png",
            "%2e%2e/secret.png",
            "..%2fsecret.png",
            "/etc/secret.png",
            "sources/abc/%00.png",
            "sources/abc/..\\..\\secret.png",
        ],
    )
    def test_nothing_outside_the_folder_comes(self, client, folder, path):
        assert client.get(f"/media/{path}").status_code == 404

    def test_strangers_see_no_pictures(self, folder):
        assert Client().get("/media/sources/abc/x.png").status_code == 302


class TestLimits:
    def test_an_answer_beyond_the_limit_is_refused_with_a_message(self, client, world, settings):
        address = reverse("answer", args=[world.open.pk, 1])
        response = client.post(address, {"answer": "字" * (settings.VIVA_MAX_ANSWER + 1)})
        assert response.status_code == 422
        assert str(settings.VIVA_MAX_ANSWER) in response.content.decode()

    def test_a_huge_request_is_refused(self, client, world, settings):
        address = reverse("answer", args=[world.open.pk, 1])
        response = client.post(
            address, {"answer": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
        )
        assert response.status_code in (400, 413, 422)
        assert not Attempt.objects.of(world.person).filter(slot__interview=world.open).exists()

    def test_a_draft_may_grow_past_the_limit_but_not_without_end(self, client, world, settings):
        """What is too long to submit is still to be shortened, so it is kept; a flood is not."""
        for name in ("draft", "skip"):
            client.post(reverse(name, args=[world.open.pk, 1]), {"answer": "字" * 30_000})
            assert len(Slot.objects.get(interview=world.open).draft) == 30_000
            client.post(reverse(name, args=[world.open.pk, 1]), {"answer": "x" * 500_000})
            kept = len(Slot.objects.get(interview=world.open).draft)
            assert kept == 10 * settings.VIVA_MAX_ANSWER

    def test_errors_tell_nothing_of_the_code(self, client, question, monkeypatch):
        monkeypatch.setattr("interview.history.score_chart", lambda _user: 1 / 0)
        client.raise_request_exception = False
        html = client.get(reverse("history")).content.decode()
        assert "ZeroDivisionError" not in html
        assert "Traceback" not in html


def test_the_same_attempt_is_not_stored_for_two_people(person, stranger, question):
    mine, theirs = attempted(person, question), attempted(stranger, question)
    assert mine.pk != theirs.pk
    assert set(Attempt.objects.of(person)) == {mine}
