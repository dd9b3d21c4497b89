"""What people say about the rows of an import holds for the same source at later imports."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation

from knowledge.importing import Plan, make_plan, parse, plan_of, store, undo
from knowledge.models import Decision, Question
from knowledge.reading import File
from tests.test_importing import SUBJECTS, a_file, bring, entries_of, rows

pytestmark = pytest.mark.django_db

TITLES = [title for title, _body in SUBJECTS]
DAY = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def say(decisions: dict[str, dict], *files: File) -> Plan:
    """Import ``files`` with decisions by row number."""
    plan = plan_of([parse(file) for file in files], (), decisions)
    plan.run = store(plan, now=DAY)
    return plan


def changed(number: int, extra: str = "补充一句。", subjects=SUBJECTS) -> File:
    edited = [(t, b + extra if n == number else b) for n, (t, b) in enumerate(subjects)]
    return a_file(entries_of(edited))


def outcome(plan: Plan, number: int) -> tuple[str, str]:
    item = plan.files[0].items[number]
    return item.status, item.choice


def test_what_was_left_out_stays_out_and_says_since_when():
    say({"2": {"take": False}}, a_file(entries_of()))
    plan = bring(changed(2))
    assert outcome(plan, 2) == ("skipped", "skip")
    assert plan.files[0].items[2].said.at == DAY
    assert plan.counts() == {"skipped": 1, "unchanged": 7}
    assert not Question.objects.filter(title=TITLES[2]).exists()
    assert plan.as_json()["files"][0]["questions"][2]["decided"] == "2026-05-03"


def test_a_part_of_the_answer_before_it_stays_one_and_its_edits_arrive():
    say({"4": {"kind": "part"}}, a_file(entries_of()))
    whole = Question.objects.get(title=TITLES[3])
    assert whole.body == f"{SUBJECTS[3][1]}\n\n### {TITLES[4]}\n\n{SUBJECTS[4][1]}"
    assert bring(a_file(entries_of())).counts() == {"skipped": 1, "unchanged": 7}
    plan = bring(changed(4))
    assert (outcome(plan, 3)[0], outcome(plan, 4)) == ("updated", ("skipped", "merged"))
    whole.refresh_from_db()
    assert whole.body.endswith("补充一句。")
    assert Question.objects.count() == 7


def test_an_answer_that_has_its_text_from_its_parts_is_no_draft():
    empty = entries_of([(TITLES[0], ""), *SUBJECTS[1:]])
    say({"1": {"kind": "part"}}, a_file(empty))
    assert Question.objects.get(title=TITLES[0]).status == "published"


def test_a_topic_covers_the_rest_of_its_chapter_and_stays_one():
    chapters = [*entries_of(SUBJECTS[:4]), *entries_of(SUBJECTS[4:], topic="通信")]
    say({"1": {"kind": "topic"}}, a_file(chapters))
    topics = dict(Question.objects.values_list("title", "topic__name"))
    assert [topics.get(title) for title in TITLES[:5]] == [
        "操作系统",
        None,
        TITLES[1],
        TITLES[1],
        "通信",
    ]
    assert bring(a_file(chapters)).counts() == {"skipped": 1, "unchanged": 7}


def test_an_update_that_was_refused_is_proposed_again_only_when_the_file_says_something_else():
    bring(a_file(entries_of()))
    say({"2": {"take": False}}, changed(2))
    assert outcome(make_plan([changed(2)]), 2) == ("updated", "skip")
    assert outcome(make_plan([changed(2, "另一句。")]), 2) == ("updated", "")
    assert outcome(make_plan([a_file(entries_of())]), 2) == ("unchanged", "")


def test_a_missing_question_that_was_to_stay_is_asked_on():
    bring(a_file(entries_of()))
    stays, goes = Question.objects.filter(title__in=TITLES[:2]).order_by("position")
    say({f"missing-{stays.pk}": {"take": False}}, a_file(entries_of(SUBJECTS[2:])))
    plan = bring(a_file(entries_of(SUBJECTS[2:])))
    assert plan.files[0].left == [stays]
    assert set(Question.objects.filter(missing=True)) == {goes}


def test_a_duplicate_settled_for_the_bank_does_not_ask_again_until_it_changes():
    bring(a_file(entries_of(), "a.md"))
    before = rows()
    other = a_file(entries_of([(TITLES[0], "资源分配的单位，由内核管理，彼此隔离。")]), "b.md")
    say({"0": {"choice": "mine"}}, other)
    assert rows() == before
    assert outcome(make_plan([other]), 0) == ("duplicate", "mine")
    edited = a_file(entries_of([(TITLES[0], "资源分配的单位，由内核调度。")]), "b.md")
    assert outcome(make_plan([edited]), 0) == ("duplicate", "")


def test_entries_of_one_title_are_told_apart_by_their_stem_and_their_number():
    same = [("输出什么？", body) for _title, body in SUBJECTS[:3]]
    say({"1": {"take": False}}, a_file(entries_of(same)))
    plan = make_plan([a_file(entries_of(same))])
    assert [outcome(plan, n)[0] for n in range(3)] == ["unchanged", "skipped", "unchanged"]


def test_a_decision_is_of_one_source_alone():
    say({"2": {"take": False}}, a_file(entries_of(), "a.md"))
    [file] = make_plan([a_file(entries_of(), "b.md")]).files
    assert file.items[2].status == "new"


@pytest.mark.parametrize("first", [{"take": False}, {"kind": "part"}, {"kind": "topic"}])
def test_a_decision_is_taken_back_by_deciding_anew(first):
    say({"4": first}, a_file(entries_of()))
    assert Decision.objects.count() == 1
    say({"4": {}}, a_file(entries_of()))
    assert Decision.objects.count() == 0
    assert make_plan([a_file(entries_of())]).counts() == {"unchanged": 8}
    stored = {(q.title, q.body, q.topic.name) for q in Question.objects.select_related("topic")}
    assert stored == {(title, body, "操作系统") for title, body in SUBJECTS}


def test_undo_takes_back_what_was_decided_with_it():
    plan = say({"2": {"take": False}, "4": {"kind": "part"}}, a_file(entries_of()))
    undo(plan.run, now=timezone.now())
    assert Decision.objects.count() == 0
    assert make_plan([a_file(entries_of())]).counts() == {"new": 8}


def test_undo_brings_back_what_was_decided_before():
    say({"2": {"take": False}}, a_file(entries_of()))
    plan = say({"2": {}, "3": {"kind": "part"}}, a_file(entries_of()))
    undo(plan.run, now=timezone.now())
    assert outcome(make_plan([a_file(entries_of())]), 2) == ("skipped", "skip")
    assert Decision.objects.get().title == TITLES[2]


def test_undo_leaves_what_was_decided_since():
    plan = say({"2": {"take": False}}, a_file(entries_of()))
    later = say({"2": {"kind": "part"}}, a_file(entries_of()))
    undo(plan.run, now=timezone.now())
    assert Decision.objects.get().run_id == later.run.pk
