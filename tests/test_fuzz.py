"""Anything into every form and command: no error of ours, and nothing that was typed is lost."""

from __future__ import annotations

import io
import json
import os
import re
import uuid
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interview import drafting
from interview.models import Attempt, Report, Slot
from interview.views.reports import DisputeForm, QuestionReportForm
from knowledge.models import Question, Topic
from tests.addresses import ADDRESSES
from tests.conftest import add_question
from tests.pages import World
from tests.test_addresses import own_values

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent

FEW = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# What has broken one form or another somewhere: digits that are none, dates at the ends of time, deep
# brackets, half a character, marks that turn the line around.
TRAPS = [
    "", " ", "\0", "a\0b", "²", "٣", "-1", "0", "1e9", "NaN", "9" * 5000, "2" * 20, "1.5",
    "0001-01-01", "9999-12-31", "2026-02-30", "[" * 100_000, '{"a":' * 5000, "null", "[1]", '[[], {}]',
    "\u202eevil", "\ufeff", "\u2028", "👩‍👩‍👧", "é" * 300, "%", "%s%n", "'; DROP TABLE x; --", "\r\nX: y",
    "../../etc/passwd", "{{ 7*7 }}", "(a+)+$", "\\", "//", str(uuid.UUID(int=1)), "true", "None", "x" * 3000,
]  # fmt: skip
ANY = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.integers().map(str),
)


def names_that_are_read() -> list[str]:
    """Every name that a view or a form takes from a request, found in the code."""
    from django import forms

    import interview.filtering
    import interview.forms
    import interview.views.reports

    found: set[str] = set()
    for room in ("interview", "knowledge"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"(?:GET|POST)(?:\.get|\.getlist)?[\[(]\"(\w+)\"", text))
            found |= set(re.findall(r'"(\w+)" in request\.(?:GET|POST)', text))
    for module in (interview.forms, interview.filtering, interview.views.reports):
        for form in vars(module).values():
            if isinstance(form, type) and issubclass(form, forms.BaseForm):
                found |= set(form.base_fields)
    return sorted(found - {"csrfmiddlewaretoken"})


NAMES = names_that_are_read()
FIELDS = st.dictionaries(st.sampled_from(NAMES), ANY, max_size=8)
# /readyz says 503 on purpose; signing out would end the run; the account is deleted by its password.
PAGES = [
    a for a in ADDRESSES if not a.is_staff_only and a.name not in {"readyz", "logout", "leave"}
]


@pytest.fixture
def world(person, question, ready) -> World:
    return World(person, question)


@pytest.fixture
def client(world, client_of) -> Client:
    """Errors of the site come out of it as they are and fail the test."""
    return client_of(world.person)


@pytest.fixture
def author(staff, client_of, settings, tmp_path) -> Client:
    settings.DATA_DIR = tmp_path
    return client_of(staff)


def test_the_names_are_found():
    assert {"answer", "q", "since", "topics", "own", "paths", "passage", "daily_limit"} <= set(
        NAMES
    )


class TestEveryPage:
    @FEW
    @given(address=st.sampled_from(PAGES), fields=FIELDS, htmx=st.booleans())
    def test_survives_any_question(self, client, world, address, fields, htmx):
        headers = {"HX-Request": "true"} if htmx else {}
        response = client.get(address.filled(own_values(world)), fields, headers=headers)
        assert response.status_code < 500

    @FEW
    @given(address=st.sampled_from(PAGES), fields=FIELDS, htmx=st.booleans())
    def test_survives_any_form(self, client, world, address, fields, htmx):
        headers = {"HX-Request": "true"} if htmx else {}
        response = client.post(address.filled(own_values(world)), fields, headers=headers)
        assert response.status_code < 500
        if "_auth_user_id" not in client.session:  # the password was changed
            client.force_login(world.person)

    @pytest.mark.parametrize(
        ("where", "name"),
        [
            *(
                ("answers", name)
                for name in ("q", "topic", "score", "mode", "since", "until", "page")
            ),
            ("history", "sittings"),
            ("question", "passage"),
            ("search", "q"),
        ],
    )
    def test_survives_each_trap_in_each_place(self, where, name, client, world):
        """What the others meet by chance; the earliest time zone, where days reach furthest."""
        client.cookies["viva-zone"] = "Pacific/Kiritimati"
        address = next(a for a in PAGES if a.name == where).filled(own_values(world))
        for trap in TRAPS:
            assert client.get(address, {name: trap[:3000]}).status_code == 200, trap

    @FEW
    @given(raw=st.binary(max_size=80), name=st.sampled_from(NAMES))
    def test_survives_bytes_that_are_no_text(self, client, world, raw, name):
        body = f"{name}=".encode() + quote(raw).encode()
        kind = "application/x-www-form-urlencoded"
        for path in (reverse("start"), reverse("draft", args=[world.open.pk, 1])):
            assert client.post(path, body, content_type=kind).status_code < 500
        assert client.get(reverse("search") + "?q=" + quote(raw)).status_code < 500
        assert client.post(reverse("start"), raw, content_type=kind).status_code < 500
        multipart = "multipart/form-data; boundary=x"
        assert client.post(reverse("start"), raw, content_type=multipart).status_code < 500

    @FEW
    @given(cookie=ANY, header=ANY)
    def test_survives_any_cookie_and_header(self, client, cookie, header):
        for name in ("viva-zone", "django_language"):
            client.cookies[name] = re.sub(r"[^\x20-\x7e]", "", cookie)[:500]
        shown = re.sub(r"[^\x20-\x7e]", "", header)[:500]
        headers = dict.fromkeys(
            ("HX-Request", "HX-Target", "HX-Current-URL", "Accept-Language", "Referer"), shown
        )
        assert client.get(reverse("home"), headers=headers).status_code < 500


class TestNothingTypedIsLost:
    @FEW
    @given(text=ANY, submission=ANY, base=ANY, htmx=st.booleans())
    def test_an_answer_is_kept_whatever_comes_with_it(
        self, client, world, text, submission, base, htmx
    ):
        Attempt.objects.filter(slot__interview=world.open).delete()
        Slot.objects.filter(interview=world.open).update(
            draft="", draft_version=0, draft_writer="", state=Slot.State.PENDING
        )
        data = {"answer": text, "submission": submission, "base": base}
        headers = {"HX-Request": "true"} if htmx else {}
        path = reverse("answer", args=[world.open.pk, 1])
        assert client.post(path, data, headers=headers).status_code in (200, 302, 422)
        slot = Slot.objects.get(interview=world.open)
        kept = [slot.draft, *slot.attempts.values_list("answer", flat=True)]
        assert not drafting.tidy(text).strip() or drafting.tidy(text) in kept

    @FEW
    @given(text=ANY, submission=ANY, base=ANY, number=ANY)
    def test_a_draft_is_kept_by_every_button(self, client, world, text, submission, base, number):
        data = {"answer": text, "submission": submission, "base": base, "to": number}
        for name in ("draft", "go", "flag", "preview"):
            Slot.objects.filter(interview=world.open).update(draft="", draft_version=0)
            response = client.post(reverse(name, args=[world.open.pk, 1]), data)
            assert response.status_code in (200, 302), name
            assert Slot.objects.get(interview=world.open).draft == drafting.tidy(text), name

    @FEW
    @given(text=ANY, rating=ANY, reason=ANY, kind=st.sampled_from(["dispute", "report_question"]))
    def test_an_objection_is_stored_or_shown_again(self, client, world, text, rating, reason, kind):
        Report.objects.all().delete()
        data = {"text": text, "own_rating": rating, "reason": reason}
        response = client.post(reverse(kind, args=[world.graded.pk]), data)
        if response.status_code == 302:
            form = {"dispute": DisputeForm, "report_question": QuestionReportForm}[kind](data)
            assert form.is_valid()
            assert Report.objects.get().text == form.cleaned_data["text"]
        else:
            assert response.status_code == 422
            about = Report.Kind.GRADE if kind == "dispute" else Report.Kind.QUESTION
            assert response.context[f"refused_{about.value}"]["text"].value() == text


class TestAuthors:
    @FEW
    @given(fields=st.dictionaries(st.sampled_from(
        ["title", "status", "difficulty", "language", "stem", "body", "author_keywords", "points",
         "misconceptions", "accepted", "follow_ups", "tags", "source", "own"]), ANY))  # fmt: skip
    def test_the_editor_saves_or_says_why(self, author, question, fields):
        topic = Topic.objects.first().pk
        before = Question.objects.count()
        data = {"topic": topic, "title": "x", "status": "draft", "_save": "1", **fields}
        response = author.post(reverse("admin:knowledge_question_add"), data)
        assert response.status_code in (200, 302)
        assert Question.objects.count() - before == (response.status_code == 302)
        if response.status_code == 200:
            assert response.context["errors"]
            assert response.context["adminform"].form["title"].value() == data["title"]

    @FEW
    @given(body=ANY, title=ANY, own=ANY)
    def test_the_previews(self, author, question, ready, body, title, own):
        data = {"body": body, "title": title, "own": own}
        for name in ("preview", "near"):
            path = reverse(f"admin:knowledge_question_{name}")
            assert author.post(path, data).status_code == 200, own

    @FEW
    @given(action=st.sampled_from(["move", "publish", "export_json"]), topic=ANY)
    def test_actions_on_the_list(self, author, question, action, topic):
        data = {"action": action, "topic": topic, "_selected_action": [question.pk]}
        path = reverse("admin:knowledge_question_changelist")
        assert author.post(path, data).status_code < 500

    @FEW
    @given(
        paths=ANY,
        name=st.sampled_from(["a.md", "a.zip", "a.png", "a", ".md", "²\u202e.md"]),
        data=st.one_of(st.binary(max_size=200), ANY.map(lambda text: text.encode())),
    )
    def test_an_upload(self, author, paths, name, data):
        sent = {"files": SimpleUploadedFile(name, data), "paths": paths}
        response = author.post(reverse("admin:knowledge_importrun_import"), sent, follow=True)
        assert response.status_code in (200, 422)

    @pytest.mark.parametrize(
        "paths",
        ["[" * 100_000, '["a\\u0000b.md"]', '["\\ud800.md"]', "[[[[]]]]", '[{"a": 1}]', "²"],
    )
    def test_names_of_an_upload_that_are_traps(self, author, paths):
        text = "# 什么是甲？\n\n乙。\n".encode()
        sent = {"files": SimpleUploadedFile("a.md", text), "paths": paths}
        response = author.post(reverse("admin:knowledge_importrun_import"), sent, follow=True)
        assert response.status_code == 200
        assert "什么是甲" in response.content.decode()

    @FEW
    @given(fields=FIELDS, status=ANY, page=ANY)
    def test_the_plan(self, author, fields, status, page):
        text = "# 什么是甲？\n\n乙。\n".encode()
        path = author.post(
            reverse("admin:knowledge_importrun_import"), {"files": SimpleUploadedFile("a.md", text)}
        ).headers["Location"]
        assert author.get(path, {"status": status, "page": page}).status_code == 200
        data = {"rows": status, "kind-0": page, "topic-0": status, "choice-0": page, "next": page}
        assert author.post(path, data).status_code < 500


PATHS = st.sampled_from(
    ["", ".", "..", "/", "/dev/null", "/proc/self/mem", "none", "none/none", "~", "-", "a" * 300,
     "[", "*", "\u202ea.md", "notes.md", "notes.zip", "folder", "bytes.md", "a.zip"]
)  # fmt: skip


class TestCommands:
    @pytest.fixture
    def here(self, tmp_path, monkeypatch, question) -> Path:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "notes.md").write_text("# 什么是甲？\n\n乙。\n", encoding="utf-8")
        (tmp_path / "bytes.md").write_bytes(bytes(range(256)) * 4)
        (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 no archive")
        (tmp_path / "folder").mkdir()
        with zipfile.ZipFile(tmp_path / "notes.zip", "w") as archive:
            archive.writestr("notes.md", "# 什么是乙？\n\n丙。\n")
        return tmp_path

    @FEW
    @given(
        command=st.one_of(
            st.tuples(st.just("import_questions"), PATHS, st.sampled_from(["--dry-run", "--json"])),
            st.tuples(st.just("export_questions"), st.just("--topic"), ANY),
            st.tuples(st.just("search"), ANY, st.just("-k"), ANY),
            st.tuples(st.just("grade_answers"), PATHS),
            st.tuples(st.just("restore"), PATHS, st.just("--replace")),
            st.tuples(st.just("check_llm"), ANY),
        )
    )
    def test_work_or_say_why(self, here, question, command):
        people = Question.objects.count()
        name, *arguments = command
        # Dashes begin an option; what cannot be in an argument of a process cannot come in.
        arguments = [a.replace("\0", "")[:2000] for a in arguments]
        out = io.StringIO()
        try:
            call_command(name, *arguments, stdout=out, stderr=out)
        except CommandError as error:
            assert str(error).strip()
        except SystemExit as error:
            assert error.code in (0, 2)
        assert name == "import_questions" or Question.objects.count() == people

    @pytest.mark.parametrize("dry", [True, False])
    def test_a_file_name_that_is_no_text_is_imported_under_one_that_is(self, here, dry, capfd):
        """As unpacking an archive of Chinese Windows leaves them."""
        folder = os.fsencode(here / "folder")
        name = "深度学习.md".encode("gbk")
        with open(folder + b"/" + name, "wb") as file:
            file.write("# 什么是丁？\n\n戊。\n".encode())
        call_command("import_questions", "folder", *(["--dry-run"] if dry else []))
        assert "什么是丁" in capfd.readouterr().out
        assert Question.objects.filter(title="什么是丁？").exists() is not dry

    @FEW
    @given(lines=st.lists(st.one_of(ANY, st.builds(
        lambda q, a, r: json.dumps({"question": q, "answer": a, "reference": r}), ANY, ANY, ANY
    )), max_size=4))  # fmt: skip
    def test_any_lines_are_graded_or_named(self, here, lines):
        text = "\n".join(line.replace("\0", "") for line in lines)
        (here / "in.jsonl").write_text(text, encoding="utf-8", newline="")
        call_command("grade_answers", "in.jsonl", "--output", "out.jsonl", stderr=io.StringIO())
        results = (here / "out.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
        assert all("score" in json.loads(line) for line in results)


def test_a_question_of_traps_alone_can_be_asked_and_answered(client, world):
    """What got into the bank is shown by every page."""
    text = "\n\n".join(trap[:500] for trap in TRAPS if "\0" not in trap)
    question = add_question("陷阱 " + "²٣\u202e👩‍👩‍👧", text, topic="\u202e²")
    client.post(reverse("start"), {"count": 2})
    slot = Slot.objects.filter(question=question).latest("pk")
    path = reverse("answer", args=[slot.interview_id, slot.position + 1])
    assert client.post(path, {"answer": text}, follow=True).status_code == 200
    for name in ("history", "answers", "search"):
        assert client.get(reverse(name), {"q": "\u202e²"}).status_code == 200
