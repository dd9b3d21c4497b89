"""What the second examiner costs the page that takes an answer: switched off, answering, and hanging.

    .venv/bin/python -m bench.examiner --folder /tmp/viva-examiner

Three copies of one site, served side by side by real processes: without an examiner, with one that answers
within a moment, and with one that takes every request and never says a word. The same person gives the
same answers to the same questions on each in turn; printed is the time from sending an answer to its
result, and how many second opinions came. The folder keeps a prepared site between runs.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from bench.site import (
    ROOT,
    Person,
    Site,
    copied,
    percentile,
    serving,
    set_up_once,
    until,
    written,
)
from tests.chat_server import KEY, ChatServer, chat_server, graceful

OFF, ANSWERING, HANGING = "off", "answering", "hanging"


def sites(folder: Path, stack: ExitStack) -> dict[str, Site]:
    """The three, served."""
    prepared = set_up_once(folder / "prepared").data
    answering = stack.enter_context(chat_server(graceful))
    hanging = stack.enter_context(chat_server())
    hanging.behave = hanging.hang
    environments = {OFF: {}, ANSWERING: examiner(answering), HANGING: examiner(hanging)}
    return {
        name: stack.enter_context(
            serving(Site(copied(prepared, folder / name), environment=environment))
        )
        for name, environment in environments.items()
    }


def examiner(chat: ChatServer) -> dict[str, str]:
    return {
        "VIVA_EXAMINER_URL": chat.url,
        "VIVA_EXAMINER_MODEL": "fake",
        "VIVA_EXAMINER_KEY": KEY,
        "VIVA_EXAMINER_DAILY": "1000",
    }


def answered(person: Person, question: int, text: str) -> float:
    """Seconds from sending ``text`` to its result."""
    begun = person.post("/history/practise/", question=str(question))
    sent = person.open(begun.headers["Location"], text)
    since = time.perf_counter()
    response = person.send(sent)
    took = time.perf_counter() - since
    assert 'class="ring"' in response.text, response.status_code
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="where scratch sites are kept")
    parser.add_argument("--answers", type=int, default=40)
    options = parser.parse_args()
    os.chdir(ROOT)
    options.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        served = sites(options.folder, stack)
        people = {name: Person(site, 1) for name, site in served.items()}
        for person in people.values():
            person.sign_in()
        ids = [pk for (pk,) in served[OFF].rows("SELECT id FROM knowledge_question ORDER BY id")]
        rng = random.Random(5)
        seconds: dict[str, list[float]] = {name: [] for name in served}
        for number in range(options.answers + 1):
            question, text = rng.choice(ids), written(rng, 60, 400)
            for name in rng.sample(list(served), len(served)):
                took = answered(people[name], question, text)
                if number:  # the first one warms up
                    seconds[name].append(took)
        here = served[ANSWERING]
        done = "SELECT count(*) FROM interview_secondopinion WHERE state = 'done'"
        until(lambda: here.rows(done)[0][0] > options.answers, 60)
        print(f"{options.answers} answers each, {len(os.sched_getaffinity(0))} cores\n")
        print("| examiner | p50 | p95 | against off, answer by answer | second opinions |")
        print("|---|---|---|---|---|")
        for name, values in seconds.items():
            ratios = [a / b for a, b in zip(values, seconds[OFF], strict=True)]
            opinions = served[name].rows(done)[0][0]
            print(
                f"| {name} | {1000 * statistics.median(values):.0f} ms | {1000 * percentile(values, 95):.0f} ms "
                f"| {statistics.median(ratios):.2f} | {opinions} |"
            )


if __name__ == "__main__":
    main()
