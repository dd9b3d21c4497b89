"""A sitting with its modes: results held back, limits of time, and moving between questions."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview import answering
from interview.models import Attempt, Interview, Slot
from tests.attempts import sitting
from tests.conftest import add_question
from tests.pages import Document

pytestmark = pytest.mark.django_db

ANSWER = "梯度下降沿负梯度方向更新参数，学习率决定步长，太大会震荡。"


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


@pytest.fixture
def questions(question):
    return [question, add_question("什么是动量？"), add_question("什么是学习率？")]


@pytest.fixture
def untimed(person, questions) -> Interview:
    return sitting(person, *questions)


@pytest.fixture
def mock(person, questions) -> Interview:
    return sitting(person, *questions, mode="mock", feedback="end")


def url(name: str, interview: Interview, number: int = 1) -> str:
    return reverse(name, args=[interview.pk, number])


def read(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def send(client: Client, interview: Interview, number: int = 1, answer: str = ANSWER, **more):
    data = {"answer": answer, "submission": str(uuid.uuid4()), **more}
    return client.post(url("answer", interview, number), data)


def states(interview: Interview) -> list[str]:
    return list(interview.slots.order_by("position").values_list("state", flat=True))


def ago(seconds: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(seconds=seconds)


class TestResultsHeldBack:
    def test_an_answer_is_noted_and_its_result_not_shown(self, client, mock, ready):
        send(client, mock)
        page = read(client, url("slot", mock))
        assert "data-result" in page
        assert 'class="ring"' not in page
        assert "passage--" not in page
        assert ANSWER in page
        assert Attempt.objects.get().score is not None

    def test_nor_by_the_attempts_own_address(self, client, mock, ready):
        send(client, mock)
        response = client.get(reverse("attempt", args=[Attempt.objects.get().pk]))
        assert response.headers["Location"] == url("slot", mock)

    @pytest.mark.parametrize(
        "name", ["rate", "dispute", "report_question", "ask_second_opinion", "second_opinion"]
    )
    def test_nor_by_what_can_be_done_with_it(self, client, mock, ready, name):
        send(client, mock)
        address = reverse(name, args=[Attempt.objects.get().pk])
        ask = client.get if name == "second_opinion" else client.post
        assert ask(address, {"rating": "1"}).status_code == 404

    def test_nor_in_the_summary_before_the_end(self, client, mock, ready):
        send(client, mock)
        page = read(client, reverse("summary", args=[mock.pk]))
        assert "score--" not in page
        assert "point--" not in page

    def test_there_is_no_second_try_before_the_end(self, client, mock, ready):
        send(client, mock)
        page = read(client, url("slot", mock) + "?again")
        assert "<textarea" not in page
        assert '?again"' not in read(client, url("slot", mock))

    def test_at_the_end_everything_is_there(self, client, mock, ready):
        for number in (1, 2):
            send(client, mock, number)
        response = send(client, mock, 3)
        assert response.headers["Location"] == reverse("summary", args=[mock.pk])
        assert "score--" in read(client, reverse("summary", args=[mock.pk]))
        page = read(client, url("slot", mock))
        assert 'class="ring"' in page
        assert '?again"' in page

    def test_with_feedback_after_each_answer_it_is_there_at_once(
        self, client, person, questions, ready
    ):
        interview = sitting(person, *questions, mode="mock", feedback="each")
        send(client, interview)
        assert 'class="ring"' in read(client, url("slot", interview))


class TestMovingAbout:
    def test_what_was_typed_is_kept_on_the_way_to_another_question(self, client, untimed):
        response = client.post(url("go", untimed), {"answer": "想到一半", "to": "3"})
        assert response.headers["Location"] == url("slot", untimed, 3)
        slot = untimed.slots.get(position=0)
        assert (slot.draft, slot.state) == ("想到一半", "pending")

    @pytest.mark.parametrize("to", ["", "0", "4", "-1", "x", "９", "9" * 50])
    def test_a_place_that_is_not_there_keeps_one_where_one_is(self, client, untimed, to):
        response = client.post(url("go", untimed, 2), {"answer": "一", "to": to})
        assert response.headers["Location"] == url("slot", untimed, 2)
        assert untimed.slots.get(position=1).draft == "一"

    def test_skipping_leads_to_the_next_open_question(self, client, untimed, ready):
        send(client, untimed, 2)
        response = client.post(url("skip", untimed, 1))
        assert response.headers["Location"] == url("slot", untimed, 3)

    def test_the_next_question_is_the_next_open_one_and_then_those_left_behind(
        self, client, untimed, ready
    ):
        send(client, untimed, 2)
        send(client, untimed, 3)
        assert f'href="{url("slot", untimed, 1)}">' in read(client, url("slot", untimed, 3))

    def test_the_list_shows_the_state_of_every_question(self, client, untimed, ready):
        send(client, untimed, 1)
        client.post(url("skip", untimed, 2))
        page = read(client, url("slot", untimed, 3))
        for state in ("answered", "skipped", "pending"):
            assert page.count(f"state--{state}") == 1

    def test_without_script_every_way_out_of_the_composer_carries_the_text(self, client, untimed):
        """No link leads away from a text that is being typed; buttons of its form do."""
        page = Document(read(client, url("slot", untimed, 2)))
        ways = {b.get("formaction") for b in page.all("button") if b.get("formaction")}
        assert {url(name, untimed, 2) for name in ("go", "skip", "flag", "preview")} <= ways
        assert reverse("end", args=[untimed.pk]) in ways
        targets = [link["href"] for link in page.all("a")]
        assert not [target for target in targets if target.startswith("/interviews/")]


class TestFlag:
    def test_it_is_put_on_and_taken_off_and_the_text_kept(self, client, untimed):
        for flagged in (True, False):
            response = client.post(url("flag", untimed), {"answer": "想到一半"})
            assert response.headers["Location"] == url("slot", untimed)
            slot = untimed.slots.get(position=0)
            assert (slot.flagged, slot.draft) == (flagged, "想到一半")

    def test_the_list_shows_it(self, client, untimed):
        client.post(url("flag", untimed, 2))
        assert read(client, url("slot", untimed, 1)).count("⚑") == 2  # the button and the mark

    def test_with_script_only_the_button_and_the_mark_change(self, client, untimed):
        response = client.post(url("flag", untimed), headers={"HX-Request": "true"})
        page = Document(response.content.decode())
        assert page.all("button")[0]["aria-pressed"] == "true"
        assert page.all("span")[-2]["id"] == "mark-1"
        assert not page.all("textarea")


class TestPreview:
    TEXT = "**重点** 与 $\\frac{a}{b}$"

    def test_markdown_and_formulas_are_drawn(self, client, untimed):
        response = client.post(
            url("preview", untimed), {"answer": self.TEXT}, headers={"HX-Request": "true"}
        )
        page = response.content.decode()
        assert "<strong>重点</strong>" in page
        assert "<mfrac>" in page
        assert "<html" not in page

    def test_without_script_it_stands_below_the_text(self, client, untimed):
        page = client.post(url("preview", untimed), {"answer": self.TEXT}).content.decode()
        assert "<mfrac>" in page
        assert "**重点**" in Document(page).texts("textarea")[0]
        assert untimed.slots.get(position=0).draft == self.TEXT

    def test_nothing_dangerous_and_nothing_from_elsewhere_comes_of_it(self, client, untimed):
        text = '<script>alert(1)</script> ![图](https://elsewhere.example/x.png "x")'
        page = client.post(
            url("preview", untimed), {"answer": text}, headers={"HX-Request": "true"}
        ).content.decode()
        assert "<script" not in page
        assert "<img" not in page
        assert "elsewhere.example" not in page
        assert "图" in page


class TestTwoWindows:
    def test_an_autosave_of_the_second_brings_the_first_ones_text(self, client, untimed):
        first = {"answer": "第一个窗口", "base": "0", "submission": "a"}
        assert client.post(url("draft", untimed), first).headers["Draft-Version"] == "1"
        second = {"answer": "第二个窗口", "base": "0", "submission": "b"}
        response = client.post(url("draft", untimed), second)
        assert "Draft-Version" not in response.headers
        page = Document(response.content.decode())
        assert page.texts("pre") == ["第一个窗口"]
        assert page.all("section")[0]["data-version"] == "1"
        assert untimed.slots.get(position=0).draft == "第一个窗口"

    @pytest.mark.parametrize("name", ["go", "skip", "flag", "end"])
    def test_without_script_both_texts_come_before_anything_happens(self, client, untimed, name):
        client.post(url("draft", untimed), {"answer": "第一个窗口", "base": "0", "submission": "a"})
        data = {"answer": "第二个窗口", "base": "0", "submission": "b", "to": "2", "number": "1"}
        address = reverse("end", args=[untimed.pk]) if name == "end" else url(name, untimed)
        response = client.post(address, data)
        assert response.status_code == 409
        page = Document(response.content.decode())
        assert page.texts("pre")[0] == "第一个窗口"
        assert page.texts("textarea") == ["第二个窗口"]
        assert states(untimed) == ["pending"] * 3
        base = next(field["value"] for field in page.all("input") if field.get("name") == "base")
        client.post(url("go", untimed), data | {"base": base, "to": "2"})
        assert untimed.slots.get(position=0).draft == "第二个窗口"

    def test_an_answer_leaves_the_other_windows_draft_alone(self, client, untimed, ready):
        client.post(url("draft", untimed), {"answer": "第一个窗口", "base": "0", "submission": "a"})
        send(client, untimed, base="0")
        slot = untimed.slots.get(position=0)
        assert (slot.state, slot.draft) == ("answered", "第一个窗口")
        assert "第一个窗口" in read(client, url("slot", untimed) + "?again")


class TestALimitForEachQuestion:
    @pytest.fixture
    def timed(self, person, questions) -> Interview:
        return sitting(person, *questions, question_seconds=120)

    def expire(self, interview: Interview, number: int = 1, **fields) -> None:
        interview.slots.filter(position=number - 1).update(opened_at=ago(130), **fields)

    def test_the_clock_starts_with_the_first_look_and_survives_a_reload(self, client, timed):
        read(client, url("slot", timed))
        opened = timed.slots.get(position=0).opened_at
        timed.slots.filter(position=0).update(opened_at=opened - dt.timedelta(seconds=60))
        page = Document(read(client, url("slot", timed)))
        clock = next(span for span in page.all("span") if span.get("role") == "timer")
        assert 50 < float(clock["data-remaining"]) <= 60
        assert timed.slots.get(position=1).opened_at is None

    def test_no_answer_page_comes_out_of_a_cache(self, client, timed):
        assert "no-store" in client.get(url("slot", timed)).headers["Cache-Control"]

    def test_when_it_is_over_the_draft_is_the_answer(self, client, timed, ready):
        self.expire(timed, draft="  想到一半")
        assert 'class="ring"' in read(client, url("slot", timed))
        assert Attempt.objects.get().answer == "  想到一半"
        assert states(timed) == ["answered", "pending", "pending"]
        assert timed.slots.get(position=0).draft == ""

    def test_where_nothing_was_typed_it_counts_as_skipped(self, client, timed):
        self.expire(timed)
        page = read(client, url("slot", timed))
        assert states(timed)[0] == "skipped"
        assert "<textarea" not in page
        assert not Attempt.objects.exists()

    def test_and_can_still_be_answered_without_the_clock(self, client, timed, ready):
        self.expire(timed)
        page = read(client, url("slot", timed) + "?again")
        assert "<textarea" in page
        assert "data-remaining" not in page
        send(client, timed)
        assert states(timed)[0] == "answered"

    def test_two_requests_that_notice_at_once_make_one_answer(self, timed, ready):
        self.expire(timed, draft="想到一半")
        interview = Interview.objects.get()
        same = Interview.objects.get()
        slots = [answering._open_slots(row)[0] for row in (interview, same)]
        for slot in slots:
            answering._close(slot, timezone.now())
        assert Attempt.objects.count() == 1

    def test_an_answer_that_comes_late_is_taken(self, client, timed, ready):
        self.expire(timed)
        read(client, url("slot", timed))
        send(client, timed, answer="迟到的回答")
        assert Attempt.objects.get().answer == "迟到的回答"
        assert states(timed)[0] == "answered"

    def test_an_empty_one_sent_by_the_page_at_the_end_is_a_skip(self, client, timed):
        timed.slots.filter(position=0).update(opened_at=ago(119.5))
        response = send(client, timed, answer=" ")
        assert response.headers["Location"] == url("slot", timed)
        assert states(timed)[0] == "skipped"
        assert "<textarea" not in read(client, url("slot", timed))

    def test_before_the_end_an_empty_one_is_refused_as_always(self, client, timed):
        read(client, url("slot", timed))
        assert send(client, timed, answer=" ").status_code == 422
        assert states(timed)[0] == "pending"

    def test_a_too_long_one_comes_back_without_a_clock_and_is_kept(self, client, timed, settings):
        self.expire(timed)
        answer = "长" * (settings.VIVA_MAX_ANSWER + 1)
        response = send(client, timed, answer=answer)
        assert response.status_code == 422
        page = response.content.decode()
        assert answer in page
        assert "data-remaining" not in page
        assert timed.slots.get(position=0).draft == answer

    def test_another_try_has_no_clock(self, client, timed, ready):
        send(client, timed)
        page = read(client, url("slot", timed) + "?again")
        assert "<textarea" in page
        assert "data-remaining" not in page


class TestALimitForTheSitting:
    @pytest.fixture
    def timed(self, person, questions) -> Interview:
        return sitting(person, *questions, sitting_seconds=600)

    def expire(self) -> None:
        Interview.objects.update(created_at=ago(700))

    def test_the_clock_runs_on_every_page_of_it(self, client, timed, ready):
        Interview.objects.update(created_at=ago(500))
        send(client, timed)
        for number in (1, 2):
            page = Document(read(client, url("slot", timed, number)))
            clock = next(span for span in page.all("span") if span.get("role") == "timer")
            assert 90 < float(clock["data-remaining"]) <= 100

    def test_when_it_is_over_drafts_are_answers_and_the_rest_is_skipped(self, client, timed, ready):
        timed.slots.filter(position=1).update(draft="想到一半")
        self.expire()
        response = client.get(reverse("resume", args=[timed.pk]))
        assert response.headers["Location"] == reverse("summary", args=[timed.pk])
        assert states(timed) == ["skipped", "answered", "skipped"]
        timed.refresh_from_db()
        assert timed.finished_at == timed.created_at + dt.timedelta(seconds=600)

    def test_the_summary_notices_too(self, client, timed):
        self.expire()
        read(client, reverse("summary", args=[timed.pk]))
        assert states(timed) == ["skipped"] * 3

    def test_the_answer_that_was_being_typed_ends_it(self, client, timed, ready):
        self.expire()
        send(client, timed, 2)
        assert states(timed) == ["skipped", "answered", "skipped"]
        assert Attempt.objects.get().answer == ANSWER

    def test_a_draft_that_comes_late_is_the_answer(self, client, timed, ready):
        self.expire()
        client.post(url("draft", timed), {"answer": "想到一半"})
        read(client, url("slot", timed))
        assert Attempt.objects.get().answer == "想到一半"

    def test_an_untimed_sitting_never_ends_by_itself(self, client, untimed):
        Interview.objects.update(created_at=ago(10**7))
        read(client, url("slot", untimed))
        assert states(untimed) == ["pending"] * 3


class TestEnding:
    def test_what_was_typed_is_an_answer_and_what_is_empty_skipped(self, client, untimed, ready):
        untimed.slots.filter(position=2).update(draft="第三题")
        data = {"answer": "第一题", "number": "1"}
        response = client.post(reverse("end", args=[untimed.pk]), data)
        assert response.headers["Location"] == reverse("summary", args=[untimed.pk])
        assert states(untimed) == ["answered", "skipped", "answered"]
        assert set(Attempt.objects.values_list("answer", flat=True)) == {"第一题", "第三题"}
        untimed.refresh_from_db()
        assert untimed.finished_at is not None

    def test_it_takes_a_post(self, client, untimed):
        client.get(reverse("end", args=[untimed.pk]))
        assert states(untimed) == ["pending"] * 3

    def test_it_opens_the_results_that_were_held_back(self, client, mock, ready):
        send(client, mock)
        client.post(reverse("end", args=[mock.pk]))
        assert "score--" in read(client, reverse("summary", args=[mock.pk]))


class TestTimeAtWork:
    def test_it_is_kept_with_the_attempt(self, client, untimed, ready):
        read(client, url("slot", untimed))
        untimed.slots.filter(position=0).update(seen_at=ago(42))
        send(client, untimed)
        assert 42 <= Attempt.objects.get().seconds < 50
        assert untimed.slots.get(position=0).seconds == 0

    def test_drafts_add_to_it(self, client, untimed, ready):
        untimed.slots.filter(position=0).update(seen_at=ago(20))
        client.post(url("draft", untimed), {"answer": "一"})
        assert 20 <= Slot.objects.get(interview=untimed, position=0).seconds < 25


class TestOtherPeople:
    @pytest.mark.parametrize("name", ["go", "flag", "preview"])
    def test_a_stranger_gets_404_and_changes_nothing(self, untimed, stranger, client_of, name):
        data = {"answer": "别人写的", "to": "2"}
        assert client_of(stranger).post(url(name, untimed), data).status_code == 404
        slot = untimed.slots.get(position=0)
        assert (slot.draft, slot.flagged) == ("", False)

    def test_nor_ends_it(self, untimed, stranger, client_of):
        response = client_of(stranger).post(reverse("end", args=[untimed.pk]))
        assert response.status_code == 404
        assert states(untimed) == ["pending"] * 3

    @pytest.mark.parametrize("name", ["go", "flag", "preview"])
    def test_a_get_leads_to_the_question(self, client, untimed, name):
        assert client.get(url(name, untimed)).headers["Location"] == url("slot", untimed)
        assert client.post(url(name, untimed, 9)).status_code == 404
