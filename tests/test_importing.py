"""The bank stays in step with its sources: each status, each decision, undo, history."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from interview.models import Attempt, Interview, Slot
from knowledge.importing import (
    BOTH,
    MINE,
    SKIP,
    THEIRS,
    Outdated,
    Plan,
    apply_plan,
    finish_interrupted,
    import_files,
    make_plan,
    store,
    undo,
)
from knowledge.markdown import Entry, dump, matching_key
from knowledge.models import Chunk, Question, Source, Topic
from knowledge.reading import File, read
from knowledge.refresh import refresh
from tests.conftest import SHARED
from tests.encoders import HashEncoder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


SEEDS = SHARED / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is not here")

SUBJECTS = [
    ("什么是进程？", "进程是正在运行的程序的实例，拥有独立的地址空间、打开的文件和调度状态。"),
    ("什么是线程？", "线程是进程内的执行流，与同进程的线程共享堆和全局数据，切换代价比较小。"),
    ("什么是死锁？", "两个或更多线程互相等待对方持有的锁，谁也无法继续执行，这就是死锁。"),
    ("什么是虚拟内存？", "虚拟内存让每个程序看到连续的地址，页表把它们映射到物理页框或者磁盘。"),
    (
        "什么是系统调用？",
        "程序通过系统调用陷入内核，请求操作系统完成读写文件等特权操作。",
    ),
    (
        "什么是缓存一致性？",
        "多个核心的缓存保存同一行数据的副本，协议保证写入后其他副本失效。",
    ),
    (
        "什么是上下文切换？",
        "调度器保存当前任务的寄存器和栈指针，再恢复另一个任务的，需要几微秒。",
    ),
    (
        "什么是管道？",
        "管道是内核中的缓冲区，一端写入字节，另一端按同样的次序读出，常用于进程间。",
    ),
]


def entries_of(subjects=SUBJECTS, topic="操作系统", **fields) -> list[Entry]:
    return [
        Entry(title=title, key=matching_key(title), body=body, topic=topic, **fields)
        for title, body in subjects
    ]


def a_file(entries, name="notes/os.md") -> File:
    return File(name, dump(entries).encode())


def bring(*files: File) -> Plan:
    plan = make_plan(files)
    plan.run = apply_plan(plan, now=timezone.now())
    return plan


def statuses(plan: Plan) -> dict[str, list[str]]:
    """Titles by status, without the unchanged ones."""
    found: dict[str, list[str]] = {}
    for file in plan.files:
        for item in file.items:
            if item.status != "unchanged":
                found.setdefault(item.status, []).append(item.entry.title)
        if file.missing:
            found["missing"] = [question.title for question in file.missing]
    return found


def decided(plan: Plan, choice: str) -> Plan:
    """The same decision about everything that waits for one."""
    for file in plan.files:
        file.items = [
            replace(i, choice=choice) if i.status in {"conflict", "duplicate"} else i
            for i in file.items
        ]
    return plan


def rows() -> list[dict]:
    names = [f.name for f in Question._meta.fields if f.name not in {"updated_at", "created_at"}]
    return list(Question.objects.order_by("pk").values(*names))


# --- one source, edited ---------------------------------------------------------------------------


def test_a_second_import_of_the_same_file_changes_nothing_and_embeds_nothing():
    bring(a_file(entries_of()))
    before, passages = rows(), list(Chunk.objects.values_list("pk", flat=True))
    HashEncoder.encoded.clear()
    plan = bring(a_file(entries_of()))
    assert plan.counts() == {"unchanged": len(SUBJECTS)}
    assert rows() == before
    assert list(Chunk.objects.values_list("pk", flat=True)) == passages
    assert HashEncoder.encoded == []
    assert plan.run.embedded == 0


def test_two_imports_at_once_bring_each_question_once():
    """Both look at the bank before either has stored anything."""
    file = a_file(entries_of())
    first, second = make_plan([file]), make_plan([file])
    apply_plan(first, now=timezone.now())
    with pytest.raises(Outdated):
        apply_plan(second, now=timezone.now())
    assert Question.objects.count() == len(SUBJECTS)


def test_the_later_of_two_imports_looks_again(monkeypatch):
    file = a_file(entries_of())
    made = []

    def plan(files):
        made.append(make_plan(files))
        if len(made) == 1:
            bring(file)  # another process is quicker
        return made[-1]

    monkeypatch.setattr("knowledge.importing.applying.make_plan", plan)
    done, run = import_files([file], now=timezone.now())
    assert done is made[1]
    assert not statuses(done)
    assert Question.objects.count() == len(SUBJECTS)
    assert run.counts == {"unchanged": len(SUBJECTS)}


def test_an_import_that_was_interrupted_can_be_finished():
    """Its questions are in the bank, so a later import has nothing to say of them."""
    store(make_plan([a_file(entries_of())]), now=timezone.now())
    assert not statuses(make_plan([a_file(entries_of())]))
    assert not Chunk.objects.exists()
    assert finish_interrupted() == 1
    assert not Question.objects.filter(chunks=None)
    assert finish_interrupted() == 0


def test_the_amount_of_white_space_is_no_change():
    bring(
        a_file(entries_of([("What is a pipe?", "A buffer in the kernel:\nbytes go in and out.")]))
    )
    loose = [("What is a  pipe?", "A buffer in the kernel:\n\n   bytes go in and  out.")]
    assert make_plan([a_file(entries_of(loose))]).counts() == {"unchanged": 1}


def test_an_edited_copy_is_named_exactly():
    bring(a_file(entries_of()))
    edited = list(SUBJECTS)
    edited[0] = ("进程这个概念指什么？", edited[0][1])  # reworded
    edited[1] = (edited[1][0], edited[1][1].replace("代价比较小", "代价小得多"))  # corrected
    edited[3], edited[6] = edited[6], edited[3]  # swapped
    del edited[4]  # removed
    edited.append(
        ("什么是信号量？", "信号量是一个计数器，获取时减一，为零时等待，释放时加一并唤醒。")
    )
    plan = make_plan([a_file(entries_of(edited))])
    assert statuses(plan) == {
        "renamed": ["进程这个概念指什么？"],
        "updated": ["什么是线程？"],
        "moved": ["什么是上下文切换？", "什么是虚拟内存？"],
        "missing": ["什么是系统调用？"],
        "new": ["什么是信号量？"],
    }
    HashEncoder.encoded.clear()
    apply_plan(plan, now=timezone.now())
    renamed = Question.objects.get(title="进程这个概念指什么？")
    assert renamed.key == matching_key("进程这个概念指什么？")
    assert Question.objects.get(title="什么是系统调用？").missing
    # The new title, the corrected passage, and the added question with its title.
    assert len(HashEncoder.encoded) == 4
    order = Question.objects.filter(missing=False).order_by("position")
    assert [question.title for question in order] == [title for title, _body in edited]
    assert make_plan([a_file(entries_of(edited))]).counts() == {"unchanged": len(edited)}


def test_two_neighbours_that_changed_places_are_both_named():
    bring(a_file(entries_of()))
    edited = [SUBJECTS[1], SUBJECTS[0], *SUBJECTS[2:]]
    assert statuses(make_plan([a_file(entries_of(edited))])) == {
        "moved": [SUBJECTS[1][0], SUBJECTS[0][0]]
    }


def test_a_question_that_is_put_back_is_asked_again():
    bring(a_file(entries_of()))
    bring(a_file(entries_of(SUBJECTS[1:])))
    gone = Question.objects.get(title=SUBJECTS[0][0])
    assert gone.missing and gone not in Question.objects.askable()
    assert make_plan([a_file(entries_of(SUBJECTS[1:]))]).counts() == {"unchanged": 7}
    plan = bring(a_file(entries_of()))
    assert statuses(plan) == {"updated": [SUBJECTS[0][0]]}
    assert Question.objects.get(pk=gone.pk) in Question.objects.askable()


def test_another_chapter_moves_the_question_to_another_topic():
    bring(a_file(entries_of()))
    bring(a_file([*entries_of(SUBJECTS[:7]), *entries_of(SUBJECTS[7:], topic="进程间通信")]))
    assert Question.objects.get(title="什么是管道？").topic.name == "进程间通信"


def test_a_question_that_moves_to_another_file_keeps_its_row():
    bring(a_file(entries_of()))
    pk = Question.objects.get(title="什么是管道？").pk
    plan = bring(a_file(entries_of(SUBJECTS[:7])), a_file(entries_of(SUBJECTS[7:]), "notes/ipc.md"))
    assert statuses(plan) == {"moved": ["什么是管道？"]}
    question = Question.objects.get(title="什么是管道？")
    assert (question.pk, question.source.name, question.missing) == (pk, "notes/ipc.md", False)


def test_repeated_titles_are_kept_apart_by_their_stems():
    def quiz(outputs):
        return [
            Entry(
                title="What's the output?",
                key="whatstheoutput",
                stem=f"```js\nconsole.log({number} + '{number}' * {number})\n```",
                body=answer,
                topic="js",
            )
            for number, answer in enumerate(outputs)
        ]

    answers = [
        "The string is converted to a number before it is multiplied with the other operand.",
        "Addition with a string concatenates, so the product becomes part of a longer text.",
        "Hoisting moves the declaration up, the value stays undefined until the line is reached.",
    ]
    bring(a_file(quiz(answers), "js.md"))
    assert Question.objects.count() == 3
    corrected = [answers[0], answers[1] + " The order matters.", answers[2]]
    plan = bring(a_file(quiz(corrected), "js.md"))
    assert plan.counts() == {"unchanged": 2, "updated": 1}
    assert Question.objects.get(stem__contains="(1 +").body == corrected[1]
    assert make_plan([a_file(list(reversed(quiz(corrected))), "js.md")]).counts().keys() <= {
        "moved",
        "unchanged",
    }


def test_the_same_question_twice_in_one_file_is_imported_once():
    plan = bring(a_file(entries_of([SUBJECTS[0], SUBJECTS[0]])))
    assert plan.counts() == {"new": 1, "unchanged": 1}
    assert Question.objects.count() == 1
    twice = a_file(entries_of([SUBJECTS[0], SUBJECTS[1], SUBJECTS[0]]), "twice.md")
    Question.objects.all().delete()
    bring(twice)
    assert make_plan([twice]).counts() == {"unchanged": 3}


# --- edited here ----------------------------------------------------------------------------------


@pytest.fixture
def edited_here():
    bring(a_file(entries_of()))
    question = Question.objects.get(title="什么是死锁？")
    question.body = "死锁需要四个必要条件同时成立。"
    question.save()
    return question


def test_an_edit_in_the_admin_survives_an_import_of_the_old_file(edited_here):
    plan = bring(a_file(entries_of()))
    assert plan.counts() == {"unchanged": 8}
    edited_here.refresh_from_db()
    assert edited_here.body == "死锁需要四个必要条件同时成立。"


def changed_there():
    return a_file(entries_of([(t, b + "另见活锁。" if "死锁" in t else b) for t, b in SUBJECTS]))


def test_changed_on_both_sides_is_a_conflict_that_overwrites_nothing(edited_here):
    plan = bring(changed_there())
    assert statuses(plan) == {"conflict": ["什么是死锁？"]}
    edited_here.refresh_from_db()
    assert edited_here.body == "死锁需要四个必要条件同时成立。"
    assert statuses(make_plan([changed_there()])) == {"conflict": ["什么是死锁？"]}


def test_a_conflict_settled_for_the_bank_does_not_come_back(edited_here):
    apply_plan(decided(make_plan([changed_there()]), MINE), now=timezone.now())
    edited_here.refresh_from_db()
    assert edited_here.body == "死锁需要四个必要条件同时成立。"
    assert make_plan([changed_there()]).counts() == {"unchanged": 8}


def test_a_conflict_settled_for_the_file_takes_its_text(edited_here):
    apply_plan(decided(make_plan([changed_there()]), THEIRS), now=timezone.now())
    edited_here.refresh_from_db()
    assert edited_here.body.endswith("另见活锁。")
    assert make_plan([changed_there()]).counts() == {"unchanged": 8}


def test_what_an_author_adds_for_grading_survives_a_change_of_the_text():
    bring(a_file(entries_of()))
    question = Question.objects.get(title="什么是死锁？")
    question.points = [["互相等待", 2.0]]
    question.topic = Topic.objects.create(name="并发")
    question.status = Question.Status.DRAFT
    question.save()
    assert make_plan([a_file(entries_of())]).counts() == {"unchanged": 8}
    plan = bring(changed_there())
    assert statuses(plan) == {"updated": ["什么是死锁？"]}
    question.refresh_from_db()
    assert question.body.endswith("另见活锁。")
    assert question.points == [["互相等待", 2.0]]
    assert question.topic.name == "并发"
    assert question.status == "draft"


def test_metadata_that_changed_in_the_file_is_taken():
    bring(a_file(entries_of(difficulty="easy")))
    plan = bring(a_file(entries_of(difficulty="hard", points=(("关键", 2.0),))))
    assert plan.counts() == {"updated": 8}
    assert {q.difficulty for q in Question.objects.all()} == {"hard"}
    assert Question.objects.first().points == [["关键", 2.0]]


# --- several sources ------------------------------------------------------------------------------


def both_orders(short: File, long: File, most: int):
    for first, second in ((short, long), (long, short)):
        Question.objects.all().delete()
        bring(first)
        plan = bring(second)
        yield plan, Question.objects.count() == most


def test_a_book_and_its_beginning_are_one_set_of_questions_in_either_order():
    short, long = a_file(entries_of(SUBJECTS[:3]), "first.md"), a_file(entries_of(), "all.md")
    for plan, right in both_orders(short, long, len(SUBJECTS)):
        assert right
        assert plan.counts()["unchanged"] == 3
    Question.objects.all().delete()
    assert bring(short, long).counts() == {"new": 8, "unchanged": 3}


@needs_seeds
def test_both_seeds_are_33_questions_in_either_order():
    short, long = sorted(SEEDS.glob("*.md"), key=lambda path: path.stat().st_size)
    for plan, right in both_orders(*read(short), *read(long), most=33):
        assert right
        assert plan.counts()["unchanged"] == 15


@needs_seeds
def test_an_edited_copy_of_a_seed_is_named_exactly():
    [seed] = read(max(SEEDS.glob("*.md"), key=lambda path: path.stat().st_size))
    entries = list(make_plan([seed]).files[0].items)
    bring(seed)
    text = seed.data.decode()
    a, b, c = (entries[n].entry for n in (4, 11, 20))
    text = text.replace(a.title, "FPS 这个指标说的是什么？")
    text = text.replace(b.body, b.body + "\n\n这一点常被忽略。")
    cut = re.compile(r"<h1[^>]*>[^<]*" + re.escape(c.title) + r"</h1>\n(?:(?!<h1).*\n)*")
    text, removed = cut.subn("", text)
    assert removed == 1
    text += '\n<h1 id="x">34.什么是知识蒸馏？</h1>\n\n大模型的输出分布作为软标签来训练小模型。\n'
    plan = make_plan([File(seed.name, text.encode())])
    found = statuses(plan)
    assert found.pop("new") == ["什么是知识蒸馏？"]
    assert found.pop("missing") == [c.title]
    assert found.pop("renamed") == ["FPS 这个指标说的是什么？"]
    assert found.pop("updated") == [b.title]
    assert not found


def test_the_same_title_with_another_answer_elsewhere_waits_for_a_person():
    bring(a_file(entries_of(), "a.md"))
    other = a_file(entries_of([(SUBJECTS[0][0], "资源分配的单位，由内核管理，彼此隔离。")]), "b.md")
    plan = bring(other)
    assert statuses(plan) == {"duplicate": [SUBJECTS[0][0]]}
    assert Question.objects.count() == len(SUBJECTS)


@pytest.mark.parametrize(("choice", "number"), [(SKIP, 8), (MINE, 8), (THEIRS, 8), (BOTH, 9)])
def test_each_decision_about_a_duplicate(choice, number):
    bring(a_file(entries_of(), "a.md"))
    body = "资源分配的单位，由内核管理，彼此隔离。"
    plan = make_plan([a_file(entries_of([(SUBJECTS[0][0], body)]), "b.md")])
    apply_plan(decided(plan, choice), now=timezone.now())
    assert Question.objects.count() == number
    assert Question.objects.filter(body=body).exists() == (choice in {THEIRS, BOTH})


def test_the_same_answer_under_another_title_elsewhere_is_a_duplicate():
    body = SUBJECTS[0][1] * 2
    bring(a_file(entries_of([("什么是进程？", body)]), "a.md"))
    plan = make_plan([a_file(entries_of([("请解释进程", body)]), "b.md")])
    assert statuses(plan) == {"duplicate": ["请解释进程"]}


@pytest.mark.parametrize("name", ["os.md", "elsewhere/os.md", "book-main/notes/os.md"])
def test_a_file_is_recognised_under_another_folder(name):
    bring(a_file(entries_of()))
    plan = bring(a_file(entries_of(SUBJECTS[1:]), name))
    assert plan.counts() == {"missing": 1, "unchanged": 7}
    assert Source.objects.count() == 1


def test_another_file_of_the_same_name_does_not_push_the_first_one_out():
    bring(a_file(entries_of(SUBJECTS[:4]), "README.md"))
    plan = bring(a_file(entries_of(SUBJECTS[4:]), "README.md"))
    assert plan.counts() == {"new": 4}
    assert "kept apart" in plan.files[0].warnings[-1]
    assert Question.objects.filter(missing=True).count() == 0
    for part in (SUBJECTS[:4], SUBJECTS[4:]):
        assert make_plan([a_file(entries_of(part), "README.md")]).counts() == {"unchanged": 4}


def test_files_of_one_name_in_one_upload_stay_apart():
    parts = [a_file(entries_of(part), "README.md") for part in (SUBJECTS[:4], SUBJECTS[4:])]
    assert bring(*parts).counts() == {"new": 8}
    for order in (parts, parts[::-1]):
        plan = make_plan(order)
        assert plan.counts() == {"unchanged": 8}
        assert len({file.source for file in plan.files}) == 2
    assert make_plan([parts[0], parts[0]]).counts() == {"unchanged": 4}


def test_a_file_in_which_nothing_is_recognised_any_more_changes_nothing():
    bring(a_file(entries_of()))
    plan = bring(File("notes/os.md", b"# Notes\n\nSome prose, moved elsewhere.\n"))
    assert plan.counts() == {}
    assert not Question.objects.filter(missing=True).exists()


# --- drafts, refusals -----------------------------------------------------------------------------


def test_a_question_without_an_answer_is_a_draft_and_becomes_a_question_when_answered():
    bring(a_file(entries_of([("什么是信号？", ""), *SUBJECTS])))
    draft = Question.objects.get(title="什么是信号？")
    assert draft.status == "draft" and draft not in Question.objects.askable()
    bring(a_file(entries_of([("什么是信号？", "内核给进程的异步通知。"), *SUBJECTS])))
    assert Question.objects.get(pk=draft.pk) in Question.objects.askable()


def test_a_file_without_questions_says_why_with_its_first_headings():
    text = "# Notes on files\n\nSome prose.\n\n## Streams\n\nMore prose about them.\n"
    plan = bring(File("notes.md", text.encode()))
    warnings = " ".join(plan.files[0].warnings)
    assert "No questions" in warnings and "Streams" in warnings
    assert Question.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [(bytes(range(256)) * 50, "binary"), (b"\x89PNG\r\n\x1a\n\x00\x00\x00" * 30, "binary")],
)
def test_a_binary_file_is_refused_and_does_not_make_its_questions_missing(data, reason):
    bring(a_file(entries_of()))
    plan = bring(File("notes/os.md", data))
    assert reason in plan.files[0].warnings[0]
    assert not Question.objects.filter(missing=True).exists()


# --- history and undo -----------------------------------------------------------------------------


def answered(question: Question, user) -> Attempt:
    now = timezone.now()
    interview = Interview.objects.create(user=user, created_at=now)
    slot = Slot.objects.create(
        interview=interview, position=0, question=question, version=question.version()
    )
    return Attempt.objects.create(
        user=user,
        slot=slot,
        version=slot.version,
        topic_name=question.topic.name,
        answer="互相等待。",
        created_at=now,
    )


def test_an_attempt_shows_what_was_asked_whatever_happens_to_the_question(person, client_of):
    plan = bring(a_file(entries_of()))
    question = Question.objects.get(title="什么是死锁？")
    old = question.body
    attempt = answered(question, person)
    bring(a_file(entries_of([("死锁是什么意思？", old + "另见活锁。"), *SUBJECTS[3:]])))
    attempt.refresh_from_db()
    assert (attempt.version.title, attempt.version.body) == ("什么是死锁？", old)
    undo(plan.run, now=timezone.now())
    page = client_of(person).get(f"/attempts/{attempt.pk}/")
    assert page.status_code == 200
    assert "什么是死锁？" in page.content.decode()


def test_undo_removes_what_was_new_and_restores_what_was_changed():
    bring(a_file(entries_of()))
    before, topics = rows(), set(Topic.objects.values_list("name", flat=True))
    passages = list(Chunk.objects.order_by("question", "position").values_list("text", flat=True))
    edited = [("进程是指什么？", SUBJECTS[0][1]), (SUBJECTS[1][0], "完全不同的回答。" * 4)]
    added = entries_of([("什么是信号量？", "一个计数器，为零时等待。")], topic="同步")
    plan = bring(a_file([*entries_of([*edited, *SUBJECTS[4:1:-1]]), *added]))
    assert rows() != before
    HashEncoder.encoded.clear()
    assert undo(plan.run, now=timezone.now()) == []
    assert rows() == before
    assert set(Topic.objects.values_list("name", flat=True)) == topics
    assert passages == list(
        Chunk.objects.order_by("question", "position").values_list("text", flat=True)
    )
    assert HashEncoder.encoded == []


def test_undo_leaves_alone_what_was_edited_afterwards():
    plan = bring(a_file(entries_of()))
    question = Question.objects.get(title="什么是死锁？")
    question.body = "后来写的。"
    question.save()
    refresh([question])
    assert undo(plan.run, now=timezone.now()) == ["什么是死锁？"]
    assert [q.title for q in Question.objects.all()] == ["什么是死锁？"]


def test_an_import_is_undone_once():
    plan = bring(a_file(entries_of()))
    undo(plan.run, now=timezone.now())
    with pytest.raises(ValueError, match="undone before"):
        undo(plan.run, now=timezone.now())
    assert bring(a_file(entries_of())).counts() == {"new": 8}


def test_the_record_says_who_when_which_files_and_what_happened(staff):
    plan = make_plan([a_file(entries_of())])
    now = timezone.now()
    run = apply_plan(plan, now=now, user=staff)
    run.refresh_from_db()
    assert (run.user, run.started_at, run.counts) == (staff, now, {"new": 8})
    assert run.files[0]["path"] == "notes/os.md" and len(run.files[0]["sha256"]) == 64
    assert [q["title"] for q in run.results[0]["questions"]] == [t for t, _ in SUBJECTS]
    assert run.embedded == Chunk.objects.count() + len(SUBJECTS)
    assert run.finished_at is not None


# --- pictures, size -------------------------------------------------------------------------------


def test_pictures_beside_a_file_are_stored_and_shown(settings):
    from knowledge.refresh import rendered

    entries = entries_of(
        [("什么是流水线？", "如图：\n\n![五级](img/pipe%20line.png)\n\n![无](img/no.png)")]
    )
    png = b"\x89PNG fake"
    bring(
        a_file(entries, "cpu/a.md"),
        File("cpu/img/pipe line.png", png),
        File("cpu/img/unused.png", png),
        File("other/pipe line.png", png),
    )
    stored = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert [path.name for path in stored] == ["pipe line.png"]
    html = rendered(Question.objects.get().body, "cpu/a.md").html
    assert f'src="/media/{stored[0].relative_to(settings.MEDIA_ROOT)}"' in html
    assert "no.png" in html  # the placeholder names the file


def test_pictures_in_folders_beside_and_above_are_stored_and_shown(settings):
    from knowledge.refresh import rendered

    entries = entries_of(
        [("什么是池化？", "![a](../images/a.png) ![b](../other/b.png) ![c](../../etc/c.png)")]
    )
    bring(
        a_file(entries, "notes/dl/pool.md"),
        File("notes/images/a.png", b"picture a"),
        File("notes/other/b.png", b"picture b"),
    )
    html = rendered(Question.objects.get().body, "notes/dl/pool.md").html
    shown = re.findall(r'src="/media/([^"]+)"', html)
    assert [(settings.MEDIA_ROOT / path).read_bytes() for path in shown] == [
        b"picture a",
        b"picture b",
    ]
    assert not [path for path in shown if ".." in path]
    assert "c.png" in html


def test_six_hundred_questions_against_six_hundred_are_matched_in_seconds():
    import time

    subjects = [
        (f"问题 {n} 是什么？", f"第 {n} 个回答，{n * 7919} 与 {n * 104729} 的关系。" * 6)
        for n in range(600)
    ]
    other = [
        (f"题目 {n} 讲了什么？", f"条目 {n} 的说明，{n * 7907} 除以 {n * 104723}。" * 6)
        for n in range(600)
    ]
    from knowledge.importing.matching import _pair

    rows = [Question(pk=n, title=t, key=matching_key(t), body=b) for n, (t, b) in enumerate(other)]
    entries = entries_of(subjects)
    begin = time.process_time()
    _pair(entries, [str(n) for n in range(600)], rows)
    assert time.process_time() - begin < 10


# --- any history ----------------------------------------------------------------------------------

WORDS = "进程 线程 死锁 内存 调用 缓存 切换 管道 信号 中断 调度 文件 网络 编译 链接 对齐".split()
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map("，".join)


@st.composite
def editions(draw):
    """Two editions of a book whose second shares questions, titles or answers with the first."""
    titles = st.sampled_from([f"什么是{word}？" for word in WORDS])
    entry = st.tuples(titles, st.just("") | SENTENCE, st.just("") | SENTENCE)
    first = draw(st.lists(entry, min_size=1, max_size=6))
    second = draw(st.permutations(first + draw(st.lists(entry, max_size=3))))
    changed = []
    for title, stem, body in second:
        what = draw(st.sampled_from(["same", "same", "title", "body", "stem", "gone"]))
        if what != "gone":
            changed.append(
                (
                    draw(titles) if what == "title" else title,
                    draw(SENTENCE) if what == "stem" else stem,
                    body + draw(SENTENCE) if what == "body" else body,
                )
            )
    return [
        [
            Entry(title=t, key=matching_key(t), stem=s, body=b, topic="操作系统")
            for t, s, b in edition
        ]
        for edition in (first, changed)
    ]


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(editions())
def test_after_any_edit_the_bank_says_what_the_file_says_and_undo_goes_back(db, made):
    first, second = made
    # Two files of one name without a question or an answer in common are kept apart.
    assume({e.key for e in first} & {e.key for e in second})
    with transaction.atomic():
        bring(a_file(first))
        before = rows()
        plan = bring(a_file(second)) if second else None
        if plan:
            said = {(e.title, " ".join(e.stem.split()), " ".join(e.body.split())) for e in second}
            asked = {
                (q.title, " ".join(q.stem.split()), " ".join(q.body.split()))
                for q in Question.objects.filter(missing=False)
            }
            assert asked == said
            assert set(make_plan([a_file(second)]).counts()) == {"unchanged"}
            assert undo(plan.run, now=timezone.now()) == []
            assert rows() == before
        transaction.set_rollback(True)
