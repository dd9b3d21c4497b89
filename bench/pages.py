"""Queries, server time and size of every page, for one person among many.

    .venv/bin/python -m bench.pages --folder /tmp/viva-bench
    .venv/bin/python -m bench.pages --folder /tmp/viva-bench --total 50000

Builds a SQLite database in the folder (once; delete the folder to build it anew) with 1,000 attempts for
one person and 1,000,000 in the table, then asks for each page and prints medians of warm requests: time
that passed, and processor time, which other work on the machine does not lengthen.
Without the models: no page measured here grades or searches by meaning.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import random
import statistics
import time
import uuid
from pathlib import Path
from typing import Any

OWN = 1000  # attempts of the person whose pages are measured
PER_INTERVIEW = 10
TOPICS, QUESTIONS, PEOPLE = 12, 300, 500
REPEATS = 15
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
BODY = "**梯度下降**沿负梯度方向更新参数。\n\n" + "\n".join(
    f"- 第{n}点：学习率决定每一步走多远，太大会震荡，太小收敛慢，动量减少震荡。" for n in range(10)
)
ANSWER = "学习率决定每一步走多远，太大会震荡，太小收敛慢。动量把历史梯度做滑动平均，减少震荡。" * 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="where the database is kept")
    parser.add_argument("--total", type=int, default=1_000_000, help="attempts in the table")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview.settings")
    os.environ["VIVA_DATA_DIR"] = str(options.folder)
    os.environ["VIVA_LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        begun = time.perf_counter()
        build(options.total)
        print(f"built in {time.perf_counter() - begun:.0f} s")
    measure()


def grade(rng: random.Random, score: int) -> str:
    """A grade of the size that the grader writes for an average reference, about 5 KB."""
    verdicts = ["covered", "partly", "missed", "contradicted"]
    weights = [0.5, 0.2, 0.25, 0.05]
    points = [
        {
            "text": f"第{n}点：学习率决定每一步走多远，太大会震荡，太小收敛慢",
            "weight": 0.1,
            "verdict": rng.choices(verdicts, weights)[0],
            "coverage": 0.5,
            "contradiction": 0.0,
            "spans": [{"start": 0, "end": 24}],
            "passages": [n + 1],
        }
        for n in range(10)
    ]
    passages = [
        {
            "position": n,
            "text": "学习率决定每一步走多远，太大会震荡，太小收敛慢，动量减少震荡。" * 2,
            "weight": 0.1,
            "verdict": rng.choices(verdicts, weights)[0],
            "coverage": 0.5,
            "spans": [],
        }
        for n in range(12)
    ]
    return json.dumps(
        {
            "score": score,
            "uncertainty": 12.0,
            "semantic": 0.5,
            "keywords": 0.5,
            "truth": 1.0,
            "points": points,
            "passages": passages,
            "keywords_found": ["学习率", "动量"],
            "keywords_missed": ["震荡", "小批量"],
            "keyword_spans": [],
            "misconceptions": [],
            "flags": [],
            "explicit": False,
            "version": "bench",
            "encoder": "bench",
            "entailment": "",
        },
        ensure_ascii=False,
    )


def build(total: int) -> None:
    """Rows of one person and of many others, the others' with small grades."""
    from django.contrib.auth.models import User
    from django.db import connection, transaction

    from interview import reviewing
    from interview.models import Attempt, Interview, ReviewCard, ReviewLog, Slot
    from knowledge.models import Question, Topic

    rng = random.Random(1)
    topics = [Topic.objects.create(name=f"主题 {n}") for n in range(TOPICS)]
    Question.objects.bulk_create(
        Question(
            title=f"第 {n} 个问题是什么？",
            key=f"第{n}个问题",
            body=BODY,
            topic=topics[n % TOPICS],
            language="zh",
        )
        for n in range(QUESTIONS)
    )
    questions = list(Question.objects.select_related("topic").order_by("pk"))
    versions = {question.pk: question.version() for question in questions}
    person = User.objects.create_user("person", password="bench")
    User.objects.bulk_create(User(username=f"p{n}", password="!") for n in range(PEOPLE))
    people = list(User.objects.exclude(pk=person.pk).values_list("pk", flat=True))

    # One row of each kind made by Django shows what a row looks like; the others are copies of it.
    sample = Interview.objects.create(user=person, created_at=NOW, finished_at=NOW)
    slot = Slot.objects.create(
        interview=sample,
        position=0,
        question=questions[0],
        version=versions[questions[0].pk],
        state=Slot.State.ANSWERED,
        score=50,
    )
    attempt = Attempt.objects.create(
        user=person,
        slot=slot,
        version=slot.version,
        topic_name="",
        answer="",
        created_at=NOW,
        score=50,
        grade={},
        grader_version="bench",
    )
    samples = {made._meta.db_table: _row(made) for made in (sample, slot, attempt)}
    sample.delete()
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in samples}
    interviews, slots, attempts = samples

    def flush(least: int) -> None:
        for name, rows in tables.items():
            if len(rows) >= least and rows:
                columns = list(samples[name])
                marks = ", ".join(["%s"] * len(columns))
                names = ", ".join(columns)
                with connection.cursor() as cursor:
                    cursor.executemany(
                        f"INSERT INTO {name} ({names}) VALUES ({marks})",
                        [[row.get(c, samples[name][c]) for c in columns] for row in rows],
                    )
                rows.clear()

    with transaction.atomic():
        for number in range(total // PER_INTERVIEW):
            own = number < OWN // PER_INTERVIEW
            user = person.pk if own else rng.choice(people)
            when = NOW - dt.timedelta(days=rng.random() * 200)
            one = uuid.uuid4().hex
            tables[interviews].append(
                {"id": one, "user_id": user, "created_at": when, "finished_at": when}
            )
            for place in range(PER_INTERVIEW):
                question, score = rng.choice(questions), rng.randrange(101)
                pk = 10 + number * PER_INTERVIEW + place
                asked = {
                    "version_id": versions[question.pk].pk,
                    "score": score,
                }
                tables[slots].append(
                    asked
                    | {"id": pk, "interview_id": one, "position": place, "question_id": question.pk}
                )
                tables[attempts].append(
                    asked
                    | {
                        "id": uuid.uuid4().hex,
                        "user_id": user,
                        "slot_id": pk,
                        "topic_name": question.topic.name,
                        "answer": ANSWER if own else "短答案。",
                        "created_at": when + dt.timedelta(minutes=3 * place),
                        "grade": grade(rng, score) if own else '{"score": 50}',
                        "submission": uuid.uuid4().hex,
                    }
                )
            flush(20_000)
        flush(1)
    for own_attempt in Attempt.objects.of(person).select_related("version").order_by("created_at"):
        reviewing.record(own_attempt)
    cards = [
        ReviewCard(user_id=user, question=question, due=NOW, memory={})
        for user in people
        for question in questions[:200]
    ]
    ReviewCard.objects.bulk_create(cards, batch_size=5000)
    assert ReviewLog.objects.count() == OWN
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _row(made: Any) -> dict[str, Any]:
    """The columns of a stored row as the database holds them."""
    from django.db import connection

    with connection.cursor() as cursor:
        key = made.pk.hex if isinstance(made.pk, uuid.UUID) else made.pk
        cursor.execute(f"SELECT * FROM {made._meta.db_table} WHERE id = %s", [key])
        return dict(zip([c[0] for c in cursor.description], cursor.fetchone(), strict=True))


def addresses(person: Any) -> dict[str, str]:
    from django.urls import reverse

    from interview.models import Attempt

    latest = Attempt.objects.of(person).select_related("slot").order_by("-created_at").first()
    assert latest is not None
    sitting = latest.slot.interview_id
    answers = reverse("answers")
    return {
        "start page": reverse("home"),
        "review": reverse("review"),
        "history": reverse("history"),
        "answers": answers,
        "answers, page 40": answers + "?page=40",
        "answers, words": answers + "?q=动量 震荡",
        "answers, no hit": answers + "?q=没有的词",
        "answers, filtered": answers + "?topic=主题 3&score=poor&since=2026-08-01&mode=practice",
        "result": reverse("attempt", args=[latest.pk]),
        "result in its sitting": reverse("slot", args=[sitting, latest.slot.position + 1]),
        "answer again": reverse("slot", args=[sitting, latest.slot.position + 1]) + "?again",
        "summary": reverse("summary", args=[sitting]),
        "account": reverse("account"),
    }


def measure() -> None:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    from interview.models import Attempt

    settings.ALLOWED_HOSTS.append("testserver")
    person = User.objects.get(username="person")
    client = Client()
    client.force_login(person)
    print(f"{Attempt.objects.count():,} attempts, {Attempt.objects.of(person).count():,} own")
    print(f"{'page':24}{'queries':>8}{'ms':>8}{'CPU ms':>8}{'KB':>8}{'gzip':>8}")
    for name, address in addresses(person).items():
        client.get(address)
        queries: list[str] = []

        def count(execute: Any, sql: str, *rest: Any, seen: list[str] = queries) -> Any:
            seen.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(count):
            response = client.get(address)
        assert response.status_code == 200, (name, response.status_code)
        times, spent = [], []
        for _ in range(REPEATS):
            begun, used = time.perf_counter(), time.process_time()
            client.get(address)
            times.append(1000 * (time.perf_counter() - begun))
            spent.append(1000 * (time.process_time() - used))
        size, packed = len(response.content), len(gzip.compress(response.content))
        print(
            f"{name:24}{len(queries):8}{statistics.median(times):8.1f}{statistics.median(spent):8.1f}"
            f"{size / 1000:8.1f}{packed / 1000:8.1f}"
        )


if __name__ == "__main__":
    main()
