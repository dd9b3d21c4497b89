"""When a question comes back: the rating that a grade proposes, the dates that follow, the day's queue."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo

import pytest

from interview import reviewing
from interview.models import DAILY_LIMIT, Attempt, Interview, Preferences, ReviewCard, ReviewLog
from interview.result import PASS_MARK
from interview.reviewing import Rating, mixed, propose
from tests.attempts import START, attempted
from tests.conftest import add_question

pytestmark = pytest.mark.django_db

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
HUNDRED = "字" * 100  # fluent within 30 + 100 seconds, long beyond 390


def reviewed(person, question, score=80.0, hours=0) -> Attempt:
    """A graded attempt, counted as a review, ``hours`` after START."""
    attempt = attempted(person, question, score, hours, answer=HUNDRED)
    reviewing.record(attempt)
    return attempt


def start(user, now, rng=0, **options) -> Interview | None:
    return reviewing.start(user, now, "zh", rng=random.Random(rng), **options)


class TestProposal:
    @pytest.mark.parametrize(
        ("score", "seconds", "rating"),
        [
            (0, None, Rating.AGAIN),
            (PASS_MARK - 0.1, None, Rating.AGAIN),
            (PASS_MARK - 0.1, 5, Rating.AGAIN),
            (PASS_MARK, None, Rating.HARD),
            (69.9, 60, Rating.HARD),
            (70, None, Rating.GOOD),
            (70, 60, Rating.GOOD),
            (80, 390, Rating.GOOD),
            (80, 391, Rating.HARD),
            (89.9, 60, Rating.GOOD),
            (90, 130, Rating.EASY),
            (90, 131, Rating.GOOD),
            (100, 391, Rating.HARD),
            (100, None, Rating.GOOD),
            (100, 0, Rating.EASY),
        ],
    )
    def test_a_score_and_a_time_propose_a_rating(self, score, seconds, rating):
        assert propose(score, HUNDRED, seconds) == rating

    def test_a_latin_letter_takes_less_time_than_a_chinese_character(self):
        assert propose(95, "字" * 200, 200) == Rating.EASY
        assert propose(95, "a" * 200, 200) == Rating.GOOD

    @pytest.mark.parametrize(
        ("score", "rating"), [(40, Rating.AGAIN), (65, Rating.HARD), (100, Rating.HARD)]
    )
    def test_right_after_reading_the_reference_a_pass_says_little(self, score, rating):
        assert propose(score, HUNDRED, 10, repeated=True) == rating


class TestDates:
    """The days that FSRS 6 gives with its published parameters at 90 % retention."""

    def days(self, person, question, scores: list[float]) -> list[int]:
        """Each answer is given when the question is due; after each, the days until the next."""
        hours, found = 0, []
        for score in scores:
            reviewed(person, question, score, hours)
            due = ReviewCard.objects.get().due
            found.append((due - START).days - hours // 24)
            hours = int((due - START).total_seconds() // 3600)
        return found

    @pytest.mark.parametrize(
        ("scores", "days"),
        [
            ([80, 80, 80, 80], [2, 11, 46, 163]),
            ([30, 30, 80, 80], [1, 1, 1, 2]),
            ([65, 65, 65], [1, 3, 7]),
            ([80, 80, 30, 80], [2, 11, 2, 5]),
        ],
    )
    def test_passes_stretch_the_interval_and_a_failure_shortens_it(
        self, person, question, scores, days
    ):
        assert self.days(person, question, scores) == days

    def test_it_never_stretches_beyond_a_year(self, person, question):
        assert self.days(person, question, [80] * 7)[-1] == 365

    def test_the_buttons_name_what_each_rating_would_lead_to(self, person, question):
        attempt = reviewed(person, question)
        choices = reviewing.choices(attempt)
        assert [(c.rating, c.days) for c in choices] == [
            (Rating.AGAIN, 1),
            (Rating.HARD, 1),
            (Rating.GOOD, 2),
            (Rating.EASY, 8),
        ]
        assert [c.rating for c in choices if c.proposed] == [Rating.GOOD]
        for choice in choices:
            assert reviewing.rate(attempt, choice.rating)
            assert ReviewCard.objects.get().due == choice.due


class TestRecord:
    def test_one_attempt_is_one_review(self, person, question):
        attempt = reviewed(person, question)
        before = ReviewCard.objects.get().memory
        reviewing.record(attempt)
        assert ReviewLog.objects.count() == 1
        assert ReviewCard.objects.get().memory == before

    def test_a_rating_of_ones_own_replaces_the_proposed_one(self, person, question):
        attempt = reviewed(person, question)
        assert reviewing.rate(attempt, Rating.EASY)
        log = ReviewLog.objects.get()
        assert (log.proposed, log.rating) == (Rating.GOOD, Rating.EASY)

    def test_graded_anew_the_proposal_follows_the_grade(self, person, question):
        attempt = reviewed(person, question, 20)
        attempt.score = 90
        reviewing.record(attempt)
        assert ReviewLog.objects.get().rating == Rating.GOOD

    def test_but_a_rating_of_ones_own_stays(self, person, question):
        attempt = reviewed(person, question, 20)
        reviewing.rate(attempt, Rating.HARD)
        attempt.score = 90
        reviewing.record(attempt)
        log = ReviewLog.objects.get()
        assert (log.proposed, log.rating) == (Rating.GOOD, Rating.HARD)

    def test_a_second_answer_the_same_day_is_proposed_no_more_than_hard(self, person, question):
        reviewed(person, question, 20)
        second = reviewed(person, question, 95, hours=1)
        assert second.review.proposed == Rating.HARD

    def test_after_a_further_answer_the_earlier_rating_stands(self, person, question):
        first = reviewed(person, question)
        reviewed(person, question, 80, hours=72)
        assert reviewing.choices(first) == []
        assert not reviewing.rate(first, Rating.AGAIN)
        assert first.review.rating == Rating.GOOD

    def test_an_answer_that_was_graded_late_counts_at_its_own_time(self, person, question):
        early, late = attempted(person, question, 80, 0), attempted(person, question, 80, 72)
        reviewing.record(late)
        reviewing.record(early)
        out_of_order = ReviewCard.objects.get().memory
        ReviewCard.objects.all().delete()
        for attempt in (early, late):
            reviewing.record(Attempt.objects.get(pk=attempt.pk))
        assert ReviewCard.objects.get().memory | {"card_id": 0} == out_of_order | {"card_id": 0}

    def test_without_a_grade_or_a_question_there_is_nothing_to_count(self, person, question):
        waiting = attempted(person, question, None)
        assert reviewing.record(waiting) is None
        graded = attempted(person, question, 50)
        question.delete()
        assert reviewing.record(Attempt.objects.get(pk=graded.pk)) is None
        assert reviewing.choices(graded) == []

    def test_people_have_cards_of_their_own(self, person, stranger, question):
        reviewed(person, question, 20)
        reviewed(stranger, question, 80)
        days = {card.user: (card.due - START).days for card in ReviewCard.objects.all()}
        assert days == {person: 1, stranger: 2}

    def test_logs_outlive_their_question(self, person, question):
        reviewed(person, question)
        question.delete()
        assert ReviewLog.objects.count() == 1


class TestToday:
    def test_a_question_is_due_on_the_whole_of_its_day_in_the_persons_zone(self, person, question):
        reviewed(person, question)  # 20:00 in Shanghai, due two days later
        evening = dt.datetime(2026, 1, 2, 23, 59, tzinfo=SHANGHAI)
        assert reviewing.today(person, evening, "zh").due == 0
        assert reviewing.today(person, evening + dt.timedelta(minutes=2), "zh").due == 1

    def test_what_is_due_comes_first_and_new_questions_fill_the_rest(self, person, question):
        Preferences.objects.create(user=person, daily_limit=3)
        reviewed(person, question, 20)
        for n in range(5):
            add_question(f"新题{n}？")
        day = reviewing.today(person, START + dt.timedelta(days=1), "zh")
        assert (day.due, day.new, day.asked) == (1, 2, 3)
        asked = [s.question for s in start(person, START + dt.timedelta(days=1)).slots.all()]
        assert asked[0] == question
        assert len(asked) == len(set(asked)) == 3

    def test_more_due_than_the_limit_leaves_no_room_for_new_ones(self, person, question):
        Preferences.objects.create(user=person, daily_limit=2)
        others = [add_question(f"旧题{n}？") for n in range(3)]
        for hours, asked in enumerate([question, *others]):
            reviewed(person, asked, 20, hours)
        add_question("新题？")
        tomorrow = START + dt.timedelta(days=1)
        day = reviewing.today(person, tomorrow, "zh")
        assert (day.due, day.new, day.asked) == (4, 0, 2)
        sitting = start(person, tomorrow)
        assert [slot.question for slot in sitting.slots.all()] == [question, others[0]]

    def test_what_was_done_today_counts_against_the_limit(self, person, question):
        Preferences.objects.create(user=person, daily_limit=2)
        for n in range(3):
            add_question(f"题{n}？")
        attempt = reviewed(person, question)
        Interview.objects.update(mode=Interview.Mode.REVIEW)
        assert reviewing.today(person, attempt.created_at, "zh").left == 1
        Interview.objects.update(mode=Interview.Mode.MOCK)
        assert reviewing.today(person, attempt.created_at, "zh").left == 2

    def test_beyond_the_limit_one_may_ask_for_more(self, person, question):
        Preferences.objects.create(user=person, daily_limit=1)
        other = add_question("另一题？")
        for asked in (question, other):
            reviewed(person, asked, 20)
        Interview.objects.filter(slots__question=question).update(mode=Interview.Mode.REVIEW)
        Attempt.objects.filter(version__question=question).update(
            created_at=START + dt.timedelta(days=1)
        )
        tomorrow = START + dt.timedelta(days=1)
        assert start(person, tomorrow) is None
        assert start(person, tomorrow, extra=True) is not None

    def test_new_ones_are_in_the_readers_language(self, person):
        add_question("什么是内核？", language="zh")
        add_question("What is a kernel?", language="en")
        plain = add_question("Kernel 内核？")
        asked = {slot.question.title for slot in start(person, START).slots.all()}
        assert asked == {"什么是内核？", plain.title}

    def test_drafts_and_questions_that_are_gone_are_not_asked(self, person, question):
        reviewed(person, question, 20)
        question.missing = True
        question.save()
        add_question("草稿？", status="draft")
        tomorrow = START + dt.timedelta(days=1)
        assert reviewing.today(person, tomorrow, "zh").asked == 0
        assert start(person, tomorrow) is None

    def test_an_open_review_of_today_is_known(self, person, question):
        sitting = start(person, START)
        assert sitting.mode == Interview.Mode.REVIEW
        assert reviewing.today(person, START, "zh").open == sitting
        assert reviewing.today(person, START + dt.timedelta(days=1), "zh").open is None

    def test_other_peoples_cards_do_not_count(self, person, stranger, question):
        reviewed(stranger, question, 20)
        day = reviewing.today(person, START + dt.timedelta(days=1), "zh")
        assert (day.limit, day.due, day.new) == (DAILY_LIMIT, 0, 1)

    def test_the_forecast_puts_what_is_overdue_on_today(self, person, question):
        reviewed(person, question, 20)
        reviewed(person, add_question("另一题？"), 80, hours=24 * 5)
        now = START + dt.timedelta(days=5)
        coming = reviewing.forecast(person, now, days=4)
        assert [count for _, count in coming] == [1, 0, 1, 0]
        assert coming[0][0] == now.date()


@pytest.mark.parametrize(
    ("due", "new", "order"),
    [
        ("", "", ""),
        ("AB", "", "AB"),
        ("", "xy", "xy"),
        ("ABCDEFGH", "xy", "ABCxDEFGyH"),
        ("A", "x", "Ax"),
        ("AB", "wxyz", "AwxByz"),
    ],
)
def test_new_questions_are_spread_among_the_due_ones(due, new, order):
    assert "".join(mixed(due, new)) == order
