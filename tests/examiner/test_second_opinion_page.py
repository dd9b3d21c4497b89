"""The panel on a result page: for its owner, at every stage, with and without htmx."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from interview.examiner import client as chat
from interview.examiner import opinions, panel
from interview.models import Attempt, SecondOpinion
from tests.attempts import attempted
from tests.chat_server import KEY
from tests.examiner.conftest import ANSWER, attempt_of, work
from tests.pages import Document

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(person, client_of):
    cache.clear()
    client = client_of(person)
    client.post(reverse("set_language"), {"language": "en"})
    return client


def opinion_of(attempt, **fields) -> SecondOpinion:
    made = {
        "state": "done",
        "asked_at": timezone.now(),
        "finished_at": timezone.now(),
        "score": 72.0,
        "model": "qwen3:8b",
        "host": "gpu.example",
        "seconds": 3.25,
        "feedback": "讲清了学习率。",
        "follow_up": "动量为什么有用？",
        "points": [
            {
                "text": "学习率",
                "weight": 0.5,
                "grader": "covered",
                "verdict": "covered",
                "spans": [[0, 16]],
            },
            {
                "text": "动量",
                "weight": 0.3,
                "grader": "missed",
                "verdict": "partly",
                "spans": [[17, 30]],
            },
            {
                "text": "小批量",
                "weight": 0.2,
                "grader": "covered",
                "verdict": "missed",
                "spans": [],
            },
        ],
        "prompt": "SECRET PROMPT",
        "replies": ["SECRET REPLY"],
        **fields,
    }
    return SecondOpinion.objects.create(attempt=attempt, **made)


def shown(client, attempt, **options) -> str:
    response = client.get(reverse("attempt", args=[attempt.pk]), **options)
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index('id="second-opinion"') :] if 'id="second-opinion"' in html else ""


class TestOff:
    def test_there_is_no_trace_of_it(self, client, attempt):
        assert shown(client, attempt) == ""
        html = client.get(reverse("attempt", args=[attempt.pk])).content.decode()
        assert "nothing you type leaves it" in html

    def test_an_opinion_of_before_stays(self, client, attempt):
        opinion_of(attempt)
        assert "72" in shown(client, attempt)

    def test_one_that_never_came_does_not(self, client, attempt):
        opinion_of(attempt, state="waiting", score=None)
        assert shown(client, attempt) == ""


class TestStages:
    def test_an_old_attempt_can_be_put_to_it(self, client, attempt, examiner):
        assert "Ask for a second opinion" in shown(client, attempt)
        response = client.post(reverse("ask_second_opinion", args=[attempt.pk]))
        assert response.url == reverse("attempt", args=[attempt.pk]) + "#second-opinion"
        assert SecondOpinion.objects.get().state == "waiting"

    def test_waiting_looks_again_by_itself_and_has_a_link(self, client, attempt, examiner):
        opinions.ask(attempt, now=timezone.now())
        html = shown(client, attempt)
        assert 'hx-trigger="every 2s"' in html and "Look again" in html
        assert "reading your answer" in html

    def test_the_longer_it_takes_the_less_it_looks(self, client, attempt, examiner):
        opinion = opinions.ask(attempt, now=timezone.now())
        seen = []
        for seconds in (0, 30, 120, 4000):
            now = opinion.asked_at + timezone.timedelta(seconds=seconds)
            view = panel.panel_of(attempt, now=now)
            seen.append((view.every, view.slow))
        assert seen == [(2, False), (2, True), (10, True), (0, True)]

    def test_between_tries_it_says_what_happened(self, client, attempt, examiner):
        opinion_of(
            attempt, state="waiting", score=None, problem="busy", tries=2, retry_at=timezone.now()
        )
        html = shown(client, attempt)
        assert "too much to do" in html and "try 2 of 4" in html

    @pytest.mark.parametrize("problem", sorted(panel.PROBLEMS))
    def test_every_failure_has_a_sentence_and_the_grade_stands(
        self, client, attempt, examiner, problem
    ):
        opinion_of(
            attempt, state="failed", problem=problem, detail="HTTP 418 <b>tea</b>", score=None
        )
        html = shown(client, attempt)
        assert str(panel.PROBLEMS[problem]).replace("'", "&#x27;") in html
        assert "The grade above stands." in html and "Ask once more" in html
        assert "tea" not in html  # for staff

    def test_every_kind_of_trouble_has_one(self):
        kinds = {
            value for name, value in vars(chat).items() if name.isupper() and isinstance(value, str)
        }
        assert kinds - set(chat.MODES) <= set(panel.PROBLEMS)

    def test_done(self, client, attempt, examiner):
        opinion_of(attempt)
        html = shown(client, attempt)
        for text in ("qwen3:8b", "gpu.example", "3.3 s", "讲清了学习率。", "动量为什么有用？"):
            assert text in html
        assert "1 of 3 passages" in html
        assert (
            html.count("pair--same") == html.count("pair--near") == html.count("pair--apart") == 1
        )
        assert f'<q class="point__quote">{ANSWER[:16]}</q>' in html
        assert "hx-trigger" not in html

    def test_no_more_today(self, client, attempt, examiner, settings, person, question):
        settings.VIVA_EXAMINER_DAILY = 1
        opinion_of(attempt)
        other = attempt_of(person, question)
        html = shown(client, other)
        assert "You have had today" in html and "Ask for" not in html
        client.post(reverse("ask_second_opinion", args=[other.pk]))
        assert SecondOpinion.objects.count() == 1

    def test_notes_say_what_was_cut_and_left_out(self, client, attempt, examiner):
        reach = {"sent": 3000, "length": 20_000, "set_aside": 1, "points_left_out": 2}
        opinion_of(attempt, reach=reach, rejected={"quote": 2, "passage": 1})
        html = shown(client, attempt)
        assert "first 3000 of 20000 characters" in html
        assert "2 light points" in html and "speaks to a machine" in html
        assert "2 claims of the model" in html and "For 1 passage the model" in html

    def test_what_a_model_says_is_escaped(self, client, attempt, examiner):
        bad = "<script>alert(1)</script>"
        opinion_of(attempt, feedback=bad, follow_up=bad, model=bad, host=bad)
        html = shown(client, attempt)
        assert "<script>alert" not in html and html.count("&lt;script&gt;") == 4


class TestChoosing:
    def test_only_where_they_are_far_apart(self, client, attempt, examiner):
        opinion = opinion_of(attempt, score=60)
        assert "points apart" not in shown(client, attempt)
        SecondOpinion.objects.update(score=61)
        assert "21 points apart" in shown(client, attempt)
        client.post(reverse("choose_second_opinion", args=[attempt.pk]), {"counts": "examiner"})
        opinion.refresh_from_db()
        assert opinion.choice == "examiner"
        assert opinions.counting_score(attempt) == 61

    def test_the_choice_is_to_be_seen_and_the_schedule_follows(self, client, attempt, examiner):
        opinion_of(attempt, score=95)
        address = reverse("choose_second_opinion", args=[attempt.pk])
        html = client.post(address, {"counts": "examiner"}, headers=HTMX).content.decode()
        pressed = [
            b["value"] for b in Document(html).all("button") if b.get("aria-pressed") == "true"
        ]
        assert "examiner" in pressed
        assert 'hx-swap-oob="true"' in html and f'id="rating-{attempt.pk}"' in html

    def test_the_sites_default_is_shown_as_chosen(self, client, attempt, examiner, settings):
        settings.VIVA_EXAMINER_COUNTS = "examiner"
        opinion_of(attempt)
        assert "the examiner&#x27;s score counts" in shown(client, attempt)


class TestPolling:
    def test_nothing_new_is_nothing_sent(self, client, attempt, examiner):
        opinions.ask(attempt, now=timezone.now())
        mark = panel.panel_of(attempt, now=timezone.now()).mark
        address = reverse("second_opinion", args=[attempt.pk])
        same = client.get(address, {"seen": mark}, headers=HTMX)
        assert (same.status_code, same.content) == (204, b"")
        assert client.get(address, {"seen": "other"}, headers=HTMX).status_code == 200

    def test_without_htmx_it_leads_to_the_page(self, client, attempt, examiner):
        response = client.get(reverse("second_opinion", args=[attempt.pk]))
        assert response.url == reverse("attempt", args=[attempt.pk]) + "#second-opinion"

    def test_the_panel_is_gone_when_there_is_nothing(self, client, attempt):
        response = client.get(reverse("second_opinion", args=[attempt.pk]), headers=HTMX)
        assert response.content.strip() == b""


class TestOthers:
    NAMES = ("second_opinion", "ask_second_opinion", "choose_second_opinion")

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_strangers_is_not_there(self, client_of, stranger, attempt, examiner, name, method):
        opinion_of(attempt)
        address = reverse(name, args=[attempt.pk])
        response = getattr(client_of(stranger), method)(
            address, {"counts": "examiner"}, follow=True
        )
        assert response.status_code in (404, 405)
        assert SecondOpinion.objects.get().choice == ""

    @pytest.mark.parametrize("name", NAMES)
    def test_one_signs_in_first(self, client, attempt, name):
        client.logout()
        response = client.post(reverse(name, args=[attempt.pk]))
        assert response.status_code in (302, 405) and not SecondOpinion.objects.exists()

    @pytest.mark.parametrize("name", NAMES)
    def test_an_attempt_that_is_not(self, client, name):
        response = client.get(reverse(name, args=[uuid.uuid4()]), follow=True)
        assert response.status_code == 404

    def test_nobody_spends_anothers_budget(self, client_of, stranger, attempt, examiner):
        client_of(stranger).post(reverse("ask_second_opinion", args=[attempt.pk]))
        assert not SecondOpinion.objects.exists()

    def test_prompt_and_reply_are_for_staff_alone(
        self, client, client_of, staff, person, attempt, examiner
    ):
        opinion = opinion_of(attempt)
        assert "SECRET" not in shown(client, attempt)
        address = reverse("admin:interview_secondopinion_change", args=[opinion.pk])
        assert client.get(address).status_code == 302
        assert address not in shown(client, attempt)
        html = client_of(staff).get(address).content.decode()
        assert "SECRET PROMPT" in html and "SECRET REPLY" in html
        person.is_staff = person.is_superuser = True
        person.save()
        assert address in shown(client, attempt)


class TestWhereAnswersGo:
    def test_another_host_is_named_on_every_page(self, client, examiner, settings):
        settings.VIVA_EXAMINER_URL = "https://api.example.com/v1"
        html = client.get("/").content.decode()
        assert "also sent to api.example.com" in html and "nothing you type leaves" not in html

    @pytest.mark.parametrize("host", ["localhost:11434", "127.0.0.1:8080", "[::1]:8080"])
    def test_this_machine_is_this_machine(self, client, settings, host):
        settings.VIVA_EXAMINER_URL, settings.VIVA_EXAMINER_MODEL = f"http://{host}/v1", "m"
        assert "nothing you type leaves it" in client.get("/").content.decode()


class TestTheWholeWay:
    pytestmark = pytest.mark.django_db(transaction=True)

    def submit(self, client, person, question) -> Attempt:
        slot = attempted(person, question).slot
        Attempt.objects.all().delete()
        address = reverse("answer", args=[slot.interview_id, 1])
        response = client.post(address, {"answer": ANSWER, "submission": uuid.uuid4()}, follow=True)
        assert response.status_code == 200
        return Attempt.objects.get()

    def test_from_the_answer_to_the_opinion(self, ready, client, person, question, examiner):
        attempt = self.submit(client, person, question)
        assert attempt.score is not None
        assert SecondOpinion.objects.get().state == "waiting"
        assert examiner.requests == []  # the page did not wait for it
        work()
        html = shown(client, attempt)
        assert "fake-1" in html and "Passage by passage" in html

    def test_the_key_is_on_no_page(
        self, ready, client, client_of, staff, person, question, examiner
    ):
        attempt = self.submit(client, person, question)
        examiner.behave = lambda h, _: h.send(401, {"error": {"message": f"bad {KEY}"}})
        work()
        opinion = SecondOpinion.objects.get()
        pages = [
            client.get(reverse("attempt", args=[attempt.pk])),
            client_of(staff).get(
                reverse("admin:interview_secondopinion_change", args=[opinion.pk])
            ),
            client_of(staff).get(reverse("admin:django_tasks_database_dbtaskresult_changelist")),
        ]
        for page in pages:
            assert page.status_code == 200 and KEY not in page.content.decode()

    def test_over_the_budget_the_answer_is_graded_all_the_same(
        self, ready, client, person, question, examiner, settings
    ):
        settings.VIVA_EXAMINER_DAILY = 0
        attempt = self.submit(client, person, question)
        assert attempt.score is not None and not SecondOpinion.objects.exists()
