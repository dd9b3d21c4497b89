"""Nobody's text runs in anybody's browser: every payload of tests/payloads.py through every field.

A real Chromium counts what a page does with them: scripts that run, dialogs, refusals of the Content
Security Policy (it would stop them, but nothing may get that far), handlers and script addresses left in
the document, and requests to other hosts. All of it is none; the last class shows that it would be seen.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from markdown_it import MarkdownIt
from playwright.sync_api import Page

from interview import disputes, reviewing
from interview.models import Attempt, Interview, Report, SecondOpinion, Slot
from knowledge.models import Question, Topic
from tests.attempts import attempted, grade_of, point
from tests.browser.conftest import sign_in
from tests.browser.test_import_page import DROP, UPLOAD
from tests.conftest import add_question
from tests.payloads import PAYLOADS, groups
from tests.test_admin import upload

GROUPS = groups(12)
MARK = "mark{}x"

# In every frame of every page, before anything else.
SPY = """
window.pwned = () => window.counted("a script ran");
document.addEventListener("securitypolicyviolation", (event) =>
    window.counted(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
# What in the document could act: handlers, script addresses, elements that load or send elsewhere.
SEARCH = r"""(text) => {
    const bad = [];
    const page = text ? new DOMParser().parseFromString(text, "text/html") : document;
    const absolute = (value) => { try { return new URL(value, location); } catch { return new URL("x:"); } };
    const say = (element, why) => bad.push(`${why}: ${element.outerHTML.slice(0, 160)}`);
    const roots = [page, ...[...page.querySelectorAll("template")].map((t) => t.content)];
    for (const element of roots.flatMap((root) => [...root.querySelectorAll("*")])) {
        const tag = element.localName;
        for (const { name, value } of element.attributes) {
            if (/^(data-)?(hx-)?on/i.test(name)) say(element, "handler");
            if (name === "srcdoc" || (name === "style" && /url|expression/i.test(value))) say(element, name);
            if (/^(data-)?hx-(get|post|put|patch|delete)$/.test(name)
                && absolute(value).host !== location.host) say(element, "htmx elsewhere");
            if (/^(href|xlink:href|src|action|formaction|data|poster|background|cite|ping|values|to)$/i.test(name)
                && !/^(https?:|mailto:)/.test(absolute(value.replace(/[\0-\x20]+/g, "") || ".").href))
                say(element, "address");
        }
        if (element.hasAttribute("href") && element.protocol && !/^(https?|mailto):$/.test(element.protocol)) say(element, "address");
        if (tag === "script" && element.type !== "application/json"
            && absolute(element.src || "x:").host !== location.host) say(element, "script");
        if (/^(iframe|object|embed|base|frame|frameset|applet|portal|style|foreignobject|animate|set)$/.test(tag))
            say(element, "element");
        if (tag === "link" && absolute(element.href).host !== location.host) say(element, "link");
        if (tag === "meta" && /refresh/i.test(element.httpEquiv)) say(element, "refresh");
        if (tag === "form" && absolute(element.getAttribute("action") || "").host !== location.host)
            say(element, "form");
    }
    return bad;
}"""


class Watch:
    """A window that counts what happens in it."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host = page, host
        self.seen: list[str] = []
        self.pages = 0
        self.next_name = None  # called before each page: who is reading changes
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def count(self, what: str) -> None:
        self.seen.append(f"{urlsplit(self.page.url).path}: {what}")

    def _dialog(self, dialog) -> None:
        self.count(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request) -> None:
        parts = urlsplit(request.url)
        authors_picture = request.resource_type == "image" and parts.scheme == "https"
        elsewhere = parts.scheme in ("http", "https", "ws") and parts.netloc != self.host
        if elsewhere and not authors_picture:
            self.count(f"request {request.url}")

    def visit(self, path: str, *marks: str) -> None:
        """Open a page, see that it shows what it should, and look for what could act."""
        if self.next_name:
            self.next_name()
        self.page.goto(path)
        self.look(*marks)

    def look(self, *marks: str) -> None:
        self.pages += 1
        html = self.page.content()
        for mark in marks:
            assert mark in html, f"{mark} is not on {self.page.url}"
        for found in self.page.evaluate(SEARCH):
            self.count(found)


@pytest.fixture
def watch(chromium, live_server):
    """A window under observation; the test fails for whatever it has counted."""
    context = chromium.new_context(base_url=live_server.url, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(120_000)  # nothing here is about time
    watching = Watch(page, urlsplit(live_server.url).netloc)
    context.expose_binding("counted", lambda _source, what: watching.count(what))
    context.add_init_script(SPY)
    yield watching
    context.close()
    assert watching.seen == []
    assert watching.pages


@pytest.fixture
def bank(ready) -> list[Question]:
    """A question for each group of payloads, in each of its fields; and one with each alone as its
    title and topic."""
    questions = []
    for number, group in enumerate(GROUPS):
        text = MARK.format(number) + "\n\n" + "\n\n".join(p.replace("\0", "") for p in group)
        lines = [p.replace("\0", "").replace("\n", " ") for p in group]
        questions.append(
            add_question(
                " ".join([MARK.format(number), *lines])[:1900],
                f"- 学习率决定步长。\n\n{text}",
                topic=f"topic {number}",
                stem=text,
                author_keywords=[line[:200] for line in lines],
                points=[[line, 1.0] for line in lines],
                misconceptions=lines,
                follow_ups=lines,
                accepted=lines,
                tags=lines,
            )
        )
    plain = [p.replace("\0", "").replace("\n", " ") for p in PAYLOADS]
    topics = Topic.objects.bulk_create(
        Topic(name=f"{n} {text}"[:200], slug=f"t{n}") for n, text in enumerate(plain)
    )
    Question.objects.bulk_create(
        Question(title=f"{n} {text}", key=f"k{n}", body="甲。", topic=topics[n])
        for n, text in enumerate(plain)
    )
    return questions


@pytest.fixture
def work(bank, person) -> list[Attempt]:
    """An answer to each question with its payloads, graded, disputed, reported and looked at twice; and
    an open interview with them as the draft."""
    made = []
    for number, (question, group) in enumerate(zip(bank, GROUPS, strict=True)):
        lines = [p.replace("\0", "") for p in group]
        text = MARK.format(number) + "\n" + "\n".join(lines)
        attempt = attempted(person, question, 50, number, answer=text)
        spans = [(text.index(line), text.index(line) + len(line)) for line in lines]
        verdicts = ["covered", "partly", "missed", "contradicted"]
        attempt.grade = grade_of(
            50,
            points=[
                point(line, verdicts[n % 4], spans=[span], passages=(0,))
                for n, (line, span) in enumerate(zip(lines, spans, strict=True))
            ],
            passages=[{"position": 0, "verdict": "covered"}],
            keywords_found=lines[::2],
            keywords_missed=lines[1::2],
            keyword_spans=[{"start": a, "end": min(a + 3, b)} for a, b in spans],
            flags=lines,
            misconceptions=[
                {"text": line, "span": {"start": a, "end": b}}
                for line, (a, b) in zip(lines, spans, strict=True)
            ],
        )
        attempt.save()
        reviewing.record(attempt)
        for kind, part in ((Report.Kind.GRADE, lines[::2]), (Report.Kind.QUESTION, lines[1::2])):
            disputes.raise_report(
                attempt, kind, now=timezone.now(), text=" ".join(part)[:1000], own_rating=90
            )
        Report.objects.filter(attempt=attempt).update(note=" ".join(lines)[:1000])
        SecondOpinion.objects.create(
            attempt=attempt,
            state=SecondOpinion.State.DONE,
            asked_at=timezone.now(),
            score=90,
            model=lines[0][:200],
            host=lines[1][:255],
            detail=text,
            feedback=text,
            follow_up=text,
            prompt=text,
            replies=[text],
            points=[
                {
                    "text": line,
                    "weight": 1,
                    "grader": "missed",
                    "verdict": "covered",
                    "spans": [span],
                }
                for line, span in zip(lines, spans, strict=True)
            ],
        )
        begun = Interview.objects.create(user=person, created_at=timezone.now())
        Slot.objects.create(
            interview=begun, position=0, question=question, version=question.version(), draft=text
        )
        made.append(attempt)
    return made


@pytest.fixture
def renaming(person):
    """The person has another payload for a name on every page."""
    names = iter(PAYLOADS * 20)

    def rename(user: User = person) -> None:
        name = next(names).replace("\0", "")
        User.objects.filter(pk=user.pk).update(
            username=name[:150], first_name=name[:150], last_name=name[-150:], email=name[:254]
        )

    return rename


class TestWhatPeopleAndAuthorsWrote:
    def test_on_the_pages_of_a_person(self, watch, work, person, renaming):
        sign_in(watch.page, person)
        watch.next_name = renaming
        for number, attempt in enumerate(work):
            mark = MARK.format(number)
            own = attempt.slot.interview_id
            begun = Slot.objects.get(question=attempt.slot.question, interview__finished_at=None)
            watch.visit(reverse("question", args=[attempt.slot.question_id]) + "?passage=0", mark)
            watch.visit(reverse("slot", args=[begun.interview_id, 1]), mark)
            watch.visit(reverse("attempt", args=[attempt.pk]), mark)
            watch.visit(reverse("summary", args=[own]), mark)
        watch.visit("/", "274 ")
        for path in ("/history/", "/review/", "/account/", "/account/delete/"):
            watch.visit(path)
        for page in (1, 2):
            watch.visit(f"/history/answers/?q=mark&page={page}", "mark")

    def test_in_the_admin(self, watch, work, staff, person, renaming):
        sign_in(watch.page, staff)
        for number, attempt in enumerate(work):
            mark = MARK.format(number)
            renaming()
            watch.next_name = lambda: renaming(staff)
            question = reverse("admin:knowledge_question_change", args=[attempt.slot.question_id])
            watch.visit(question, mark)
            opinion = attempt.second_opinions.get()
            watch.visit(reverse("admin:interview_secondopinion_change", args=[opinion.pk]), mark)
            watch.visit(reverse("admin:interview_attempt_change", args=[attempt.pk]), mark)
        for page in range(1, 6):
            watch.visit(f"/admin/interview/report/?page={page}", "queue__said")
        Report.objects.update(state=Report.State.DECLINED, decided_at=timezone.now())
        watch.visit("/admin/interview/report/?decided", "mark")
        User.objects.bulk_create(
            User(username=f"{n} {text}"[:150], first_name=text[:150], email=text[:254])
            for n, text in enumerate(p.replace("\0", "") for p in PAYLOADS)
        )
        for page in (1, 2, 3):
            watch.visit(f"/admin/auth/user/?p={page}")
            watch.visit(f"/admin/knowledge/topic/?p={page}")
        for page in range(1, 7):
            watch.visit(f"/admin/knowledge/question/?p={page}")
        for model in ("interview", "attempt", "secondopinion"):
            watch.visit(f"/admin/interview/{model}/")
        watch.visit("/admin/knowledge/chunk/")
        watch.visit("/admin/knowledge/chunk/?p=2")
        watch.visit("/admin/")


class TestWhatIsBeingTyped:
    def test_a_draft_its_preview_and_the_copy_of_another_window(self, watch, question, person):
        slots = [attempted(person, question, None, n).slot for n in range(len(GROUPS))]
        Attempt.objects.all().delete()
        Slot.objects.update(state=Slot.State.PENDING)
        Interview.objects.update(finished_at=None)
        sign_in(watch.page, person)
        for number, (slot, group) in enumerate(zip(slots, GROUPS, strict=True)):
            text = MARK.format(number) + "\n\n" + "\n\n".join(group)
            path = reverse("slot", args=[slot.interview_id, 1])
            key = f"viva-draft:{path}draft/:{uuid.uuid4()}"
            watch.page.goto(path)
            copy = {"text": text, "base": -5, "at": dt.datetime.now().timestamp() * 1000}
            watch.page.evaluate(
                "([key, copy]) => localStorage.setItem(key, copy)", [key, json.dumps(copy)]
            )
            Slot.objects.filter(pk=slot.pk).update(
                draft=f"elsewhere {text}".replace("\0", ""), draft_version=9
            )
            watch.page.goto(path)
            watch.page.wait_for_selector("[data-ready]")
            watch.page.fill("#id_answer", text)
            with watch.page.expect_response("**/preview/"):
                watch.page.click("[data-preview]")
            watch.page.wait_for_selector(".preview:not([hidden])")
            watch.look(MARK.format(number))


class TestImports:
    def test_the_plan_of_an_import_and_what_it_brings(
        self, watch, ready, staff, client_of, settings, tmp_path
    ):
        """Names of files and folders, front matter, titles and content, from the plan to the bank."""
        settings.DATA_DIR = tmp_path
        files, names = [], []
        for number, payload in enumerate(PAYLOADS):
            field = json.dumps(payload)
            line = payload.replace("\n", " ")
            head = f"---\ntitle: {field}\ntopic: {field}\ntags: [{field}]\nauthor: {field}\n---\n"
            text = f"{head}\n# 什么是{number}号 {line}？\n\n第{number}号说的是这个。\n\n{payload}\n"
            files.append((f"{number}.md", text.encode()))
            names.append(f"{payload[:80]}/{number} {payload[:120]}.md")
        plan = upload(client_of(staff), *files, paths=names).request["PATH_INFO"]
        sign_in(watch.page, staff)
        rows = 0
        for page in (1, 2, 3):
            watch.visit(f"{plan}?page={page}", "plan__row")
            rows += watch.page.locator(".plan__row").count()
        assert rows > len(PAYLOADS) / 2  # some make no question, or two the same
        for row in range(0, rows, 13):
            watch.visit(f"{plan}row/{row}/", "sides")
        watch.page.goto(plan)
        watch.page.get_by_role("button", name="Import", exact=True).click()
        watch.page.wait_for_selector("text=Ready to be asked")
        watch.look()
        for page in ("source", "topic", "importrun", "question"):
            watch.visit(f"/admin/knowledge/{page}/")

    def test_names_of_dropped_files(self, watch, staff, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        sign_in(watch.page, staff)
        watch.page.goto(UPLOAD)
        watch.page.get_by_text("Drop files, a folder").wait_for()
        for group in GROUPS:
            names = [
                [payload.replace("/", "⁄").replace("\0", "")[:200] + ".md", "x"]
                for payload in group
            ]
            watch.page.evaluate(DROP, ["[data-zone]", names])
            watch.page.wait_for_timeout(30)
            watch.look("⁄" if "⁄" in names[0][0] else ".md")

    def test_pictures_that_are_none(self, watch, person, client_of, settings):
        """SVG is not served; a document under the name of a picture comes as that picture."""
        folder = settings.MEDIA_ROOT / "sources" / "abc"
        folder.mkdir(parents=True)
        svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'><script>pwned()</script></svg>"
        html = "<!DOCTYPE html><script>pwned()</script><img src=x onerror=pwned()>"
        for name, text in {
            "x.svg": svg,
            "svg.png": svg,
            "html.png": html,
            "html.gif": f"GIF89a{html}",
            "x.html": html,
        }.items():
            (folder / name).write_text(text)
        body = "甲。" + "".join(
            f"![](/media/sources/abc/{name})"
            for name in ("svg.png", "html.png", "html.gif", "x.svg")
        )
        question = add_question("图？", body)
        client = client_of(person)

        def serve(route):
            """As the site answers: the server of the tests would hand out files by itself."""
            response = client.get(urlsplit(route.request.url).path)
            body = b"".join(response) if response.streaming else response.content
            route.fulfill(status=response.status_code, headers=dict(response.headers), body=body)

        watch.page.route("**/media/**", serve)
        sign_in(watch.page, person)
        watch.visit(reverse("question", args=[question.pk]))
        kinds = {}
        for name in ("x.svg", "svg.png", "html.png", "html.gif", "x.html"):
            response = watch.page.goto(f"/media/sources/abc/{name}")
            kinds[name] = (response.status, response.headers["content-type"].split(";")[0])
        # The document that the browser itself makes around a picture has a style of its own.
        watch.seen = [what for what in watch.seen if "policy: style-src-attr inline" not in what]
        assert kinds == {
            "x.svg": (404, "text/html"),
            "svg.png": (200, "image/png"),
            "html.png": (200, "image/png"),
            "html.gif": (200, "image/gif"),
            "x.html": (404, "text/html"),
        }


class TestAddresses:
    """Reflected: what an address says comes back in the page."""

    @pytest.fixture
    def short(self) -> list[str]:
        """Payloads by a few, as many as a search takes."""
        return [" ".join(group)[:500] for group in groups(4)]

    def test_search_and_filters(self, watch, question, ready, person, short):
        sign_in(watch.page, person)
        watch.page.goto("/search/")
        for text in short:
            # One page, its parts as htmx swaps them in: a request each, no page each.
            watch.page.fill("[name=q]", text.replace("\0", ""))
            with watch.page.expect_response("**/search/*"):
                watch.page.press("[name=q]", "Enter")
        watch.page.wait_for_load_state("networkidle")
        watch.look()
        for group in GROUPS:
            text = "mark " + " ".join(group)
            watch.visit("/search/?" + urlencode({"q": text[:500]}), "mark")
            fields = ("q", "topic", "score", "mode", "since", "until", "page")
            watch.visit("/history/answers/?" + urlencode(dict.fromkeys(fields, text)), "mark")

    def test_other_parameters(self, watch, question, ready, person):
        sign_in(watch.page, person)
        for group in GROUPS[::3]:
            text = " ".join(group)
            watch.visit(
                reverse("question", args=[question.pk]) + "?" + urlencode({"passage": text})
            )
            watch.visit("/history/?" + urlencode({"sittings": text}))
        for group in GROUPS:
            watch.visit("/" + urlencode({"": " ".join(group)}) + "/")  # the page that is not there

    def test_signing_in_with_a_target_and_a_name(self, watch, db):
        for group in GROUPS:
            text = "mark" + " ".join(group)
            watch.visit("/login/?" + urlencode({"next": text}), "mark")
            watch.page.fill("#id_username", text[:150].replace("\n", ""))
            watch.page.fill("#id_password", "x")
            watch.page.click("main form button")
            watch.page.wait_for_load_state()
            watch.look()

    def test_lists_of_the_admin(self, watch, question, staff):
        sign_in(watch.page, staff)
        for group in GROUPS:
            text = "mark " + " ".join(group)
            watch.visit("/admin/knowledge/question/?" + urlencode({"q": text}), "mark")
            watch.visit(
                "/admin/interview/attempt/?" + urlencode({"topic_name": text, "score": text})
            )


# What the page would be like if nothing were cleaned.
RAW = MarkdownIt("commonmark", {"html": True})
RAW.validateLink = lambda _url: True  # type: ignore[method-assign]


class TestThatItWouldBeSeen:
    """The scratch pages carry payloads as they are: the counters must move."""

    @pytest.fixture
    def scratch(self, watch, live_server):
        def show(html: str, policy: str = "") -> list[str]:
            headers = {"Content-Security-Policy": policy} if policy else {}
            watch.page.route(
                "**/scratch/",
                lambda route: route.fulfill(body=html, content_type="text/html", headers=headers),
            )
            watch.page.goto(live_server.url + "/scratch/")
            watch.page.wait_for_timeout(300)
            watch.look()
            watch.page.unroute("**/scratch/")
            found, watch.seen[:] = list(watch.seen), []
            return found

        return show

    def test_a_script_that_runs(self, scratch):
        found = " ".join(scratch("<img src=x onerror=pwned()><script>alert('x')</script>"))
        for what in ("a script ran", "dialog x", "handler:", "script:"):
            assert what in found

    def test_one_that_the_policy_stops(self, scratch, client):
        policy = client.get("/").headers["Content-Security-Policy"]
        found = " ".join(scratch("<img src=x onerror=pwned()>", policy))
        assert "policy: script-src" in found and "handler:" in found
        assert "a script ran" not in found

    def test_requests_to_other_hosts(self, scratch):
        found = " ".join(
            scratch("<script src=//evil.example/x.js></script><img src=http://evil.example/>")
        )
        assert found.count("request http://evil.example/") == 2

    @pytest.mark.parametrize(
        "html",
        [
            "<a href='java\tscript:x'>x</a>",
            "<a href=' data:text/html,x'>x</a>",
            "<form action=//evil.example></form>",
            "<div data-hx-on:click=x></div>",
            "<div hx-get=//evil.example></div>",
            "<template><p onclick=x></p></template>",
            "<svg><a xlink:href=javascript:x></a></svg>",
            "<iframe></iframe>",
            "<base href=/>",
            "<p style='background:url(x)'>",
        ],
    )
    def test_what_stays_in_the_document(self, scratch, html):
        assert scratch(html)

    def test_most_payloads_are_dangerous_where_nothing_is_cleaned(self, watch, live_server):
        """As HTML or as Markdown; a list of harmless ones would prove nothing."""
        watch.page.goto(live_server.url + "/login/")
        watch.look()
        live = [
            payload
            for payload in PAYLOADS
            if any(watch.page.evaluate(SEARCH, html) for html in (payload, RAW.render(payload)))
        ]
        watch.seen.clear()  # the policy speaks up about styles of what is only parsed, too
        assert len(PAYLOADS) > 270
        assert len(live) > 200
