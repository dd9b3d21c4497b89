"""What is lost when things break: nothing that a person was told is saved.

    .venv/bin/python -m bench.faults --folder /tmp/viva-faults
    .venv/bin/python -m bench.faults --folder /tmp/viva-faults --small --only worker_killed clock_set_back

Serves the real site from scratch folders, breaks one thing after the other while people answer, and
prints what they had been told and what of it is not there afterwards. Exit status 1 if anything is lost.
The folder keeps a prepared site between runs (delete it after an update); ``--small`` takes the tests'
encoder in place of the models. Full and read-only disks are small tmpfs mounts, which takes root.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2

from bench.site import (
    ROOT,
    Person,
    Sent,
    Site,
    copied,
    is_kept,
    serving,
    set_up_once,
    until,
    written,
)

SMALL = {"VIVA_ENCODER": "tests.encoders:HashEncoder", "VIVA_ENTAILMENT": "off"}
SLOW = {"VIVA_ENCODER": "tests.encoders:SlowEncoder"}


@dataclass
class Outcome:
    """One fault: what was in flight, what people had been told, and what became of it."""

    in_flight: str = ""
    told: int = 0
    lost: list[str] = field(default_factory=list)
    recovery: str = ""

    def must(self, kept: bool, what: str) -> None:
        if not kept:
            self.lost.append(what)


class Ledger:
    """What people were told is saved."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.statuses: list[int] = []

    def send(self, person: Person, sent: Sent) -> bool:
        """Sends once; whether the person was told that the answer is saved."""
        response = None
        with suppress(httpx2.HTTPError):
            response = person.send(sent)
        self.statuses.append(response.status_code if response is not None else 0)
        if is_kept(response):
            self.answers[sent.submission.replace("-", "")] = sent.text
        return is_kept(response)

    def insist(self, person: Person, sent: Sent, seconds: float = 60) -> bool:
        """Sends as the page does, again and again until it is saved."""
        return until(lambda: self.send(person, sent), seconds, 0.5)

    def settle(self, site: Site, outcome: Outcome) -> Outcome:
        """Hold what was told against the database."""
        stored = site.attempts()
        outcome.told += len(self.answers)
        for submission, text in self.answers.items():
            outcome.must(stored.get(submission, ("",))[0] == text, f"answer {submission}")
        return outcome


class Bench:
    """Scratch copies of one prepared site."""

    def __init__(self, folder: Path, small: bool) -> None:
        self.folder, self.small = folder, small
        self.environment = SMALL if small else {}
        self.slow = SLOW if small else {}
        self.rng = random.Random(8)
        folder.mkdir(parents=True, exist_ok=True)
        self.prepared = folder / ("prepared-small" if small else "prepared")
        site = set_up_once(self.prepared, self.environment)
        site.manage("migrate")  # it may have been prepared by an older version

    def site(self, name: str, **environment: str) -> Site:
        data = copied(self.prepared, self.folder / name)
        return Site(data, environment=self.environment | environment)

    def text(self, least: int = 60, most: int = 400) -> str:
        return written(self.rng, least, most)

    def people(self, site: Site, count: int) -> list[tuple[Person, str]]:
        """Signed in, each with an interview begun; number 1 is staff."""
        found = []
        for number in range(count):
            person = Person(site, number)
            person.sign_in()
            found.append((person, person.begin()))
        return found


def ungraded(site: Site) -> int:
    return sum(score is None for _text, score in site.attempts().values())


def graded(site: Site, seconds: float = 150) -> bool:
    return until(lambda: not ungraded(site), seconds, 0.5)


# -- processes ---------------------------------------------------------------------------------------


def worker_killed(bench: Bench) -> Outcome:
    """kill -9 of a worker in the middle of grading; half of the people have gone for good"""
    site, ledger, drafts = bench.site("worker"), Ledger(), {}
    with serving(site, **bench.slow):
        people = bench.people(site, 4)
        answers = [(p, p.open(f"{at}1/", bench.text(1200, 1500))) for p, at in people]
        for person, sent in answers:
            drafts[sent.path] = is_kept(person.draft(sent)) and sent.text
        threads = [threading.Thread(target=ledger.send, args=pair) for pair in answers]
        for thread in threads:
            thread.start()
        until(lambda: len(site.attempts()) == len(answers), 30, 0.01)
        outcome = Outcome(f"{ungraded(site)} answers being graded or in line", told=len(drafts))
        site.kill(site.workers()[0])
        begun = time.monotonic()
        for thread in threads:
            thread.join()
        # A draft goes only with the answer that it became.
        texts = {text for text, _score in site.attempts().values()}
        typed = {row[0] for row in site.rows("SELECT draft FROM interview_slot")} | texts
        for path, text in drafts.items():
            outcome.must(not text or text in typed, f"draft of {path}")
        until(site.is_up, 120)
        back = time.monotonic() - begun
        for person, sent in answers[: len(answers) // 2]:
            outcome.must(ledger.insist(person, sent), "an answer sent again was refused")
        outcome.must(graded(site), f"{ungraded(site)} answers were never graded")
        outcome.must(len(site.attempts()) == len(answers), "an answer was stored twice")
        outcome.recovery = (
            f"the next worker was ready after {back:.0f} s; the answers of those who had gone were "
            f"graded by itself after {time.monotonic() - begun:.0f} s"
        )
    return ledger.settle(site, outcome)


def examiner_killed(bench: Bench) -> Outcome:
    """kill -9 of the background worker in the middle of a task"""
    from tests.chat_server import chat_server, graceful

    ledger = Ledger()
    with chat_server() as chat:
        chat.behave = chat.hang
        site = bench.site("examiner", VIVA_EXAMINER_URL=chat.url, VIVA_EXAMINER_MODEL="fake")
        with serving(site):
            [(person, at)] = bench.people(site, 1)
            ledger.insist(person, person.open(f"{at}1/", bench.text()))
            graded(site)
            until(lambda: bool(chat.requests), 60)
            outcome = Outcome(f"{len(chat.requests)} second opinion being asked for")
            chat.behave = graceful
            site.kill(site.examiners()[-1])
            begun = time.monotonic()
            states = "SELECT state FROM interview_secondopinion"
            done = until(lambda: site.rows(states) == [("done",)], 120, 0.5)
            outcome.must(done, f"the second opinion: {site.rows(states)}")
            outcome.recovery = f"the worker was started again and asked anew: done {time.monotonic() - begun:.0f} s later"
    return ledger.settle(site, outcome)


# -- the database ------------------------------------------------------------------------------------


@contextmanager
def answering(bench: Bench, site: Site, ledger: Ledger, count: int) -> Iterator[list[int]]:
    """``count`` people answer one question after the other, sending again what was not saved; yields a
    list that grows by one with each answer saved."""
    people, stop, saved = bench.people(site, count), threading.Event(), list[int]()
    rngs = [random.Random(n) for n in range(count)]

    def work(person: Person, at: str, rng: random.Random) -> None:
        number = 0
        while not stop.is_set():
            with suppress(httpx2.HTTPError):
                sent = person.open(f"{at}{number % 5 + 1}/?again", written(rng, 60, 400))
                if not sent.submission:  # the page could not be had
                    time.sleep(0.2)
                    continue
                sent = replace(sent, path=sent.path.removesuffix("?again"))
                while not stop.is_set() and not ledger.send(person, sent):
                    time.sleep(0.5)
                saved.append(1)
                number += 1

    pairs = zip(people, rngs, strict=True)
    threads = [threading.Thread(target=work, args=(*one, rng), daemon=True) for one, rng in pairs]
    for thread in threads:
        thread.start()
    try:
        yield saved
    finally:
        stop.set()
        for thread in threads:
            thread.join(130)


_HALFWAY = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 5")  # so that pages are written before the commit
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE interview_attempt SET answer = ''")
connection.execute("DELETE FROM knowledge_chunk")
print("halfway", flush=True)
time.sleep(600)
"""


def sqlite_killed(bench: Bench) -> Outcome:
    """kill -9 of a writer in the middle of a transaction, then of all processes while people answer"""
    site, ledger = bench.site("sqlite"), Ledger()
    chunks = "SELECT count(*) FROM knowledge_chunk"
    before = site.rows(chunks)
    with serving(site), answering(bench, site, ledger, 3) as saved:
        until(lambda: len(saved) >= 3, 60)
        writer = subprocess.Popen(
            [sys.executable, "-c", _HALFWAY, str(site.data / "viva.sqlite3")],
            stdout=subprocess.PIPE,
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.kill()
        writer.wait()
        seen = len(saved)
        outcome = Outcome("a transaction over every answer and passage, then 3 people answering")
        outcome.must(until(lambda: len(saved) >= seen + 3), "nobody could save afterwards")
        site.kill_all()
        begun = time.monotonic()
        site.start()
        outcome.recovery = (
            f"rolled back; ready {time.monotonic() - begun:.0f} s after the new start"
        )
        seen = len(saved)
        outcome.must(until(lambda: len(saved) > seen), "nobody could save after the start")
    outcome.must(site.rows("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
    outcome.must(site.rows(chunks) == before, "passages are gone")
    return ledger.settle(site, outcome)


def postgres_killed(bench: Bench) -> Outcome:
    """kill -9 of every PostgreSQL process while people answer; the site stays up"""
    import psutil

    from tests import postgres

    server, ledger = postgres.start(), Ledger()
    environment = SMALL  # the encoder is not the point
    site = Site(bench.folder / "postgres", database=server.get_uri(), environment=environment)
    shutil.rmtree(site.data, ignore_errors=True)
    site.set_up()
    with serving(site), answering(bench, site, ledger, 3) as saved:
        until(lambda: len(saved) >= 3, 60)
        first = psutil.Process(server.get_pid())
        family = [first, *first.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, 30)
        time.sleep(3)
        refused = ledger.statuses.count(503)
        outcome = Outcome("3 people answering")
        server._postmaster_info = None
        server.ensure_postgres_running()
        begun, seen = time.monotonic(), len(saved)
        outcome.must(until(lambda: len(saved) >= seen + 3), "nobody could save afterwards")
        outcome.recovery = (
            f"{refused} were told that nothing can be saved; saved again "
            f"{time.monotonic() - begun:.0f} s after its start, the site untouched"
        )
        outcome.must(500 not in ledger.statuses, "somebody saw a defect")
    outcome.must(graded(site), "answers were never graded")
    return ledger.settle(site, outcome)


FAULTS: list[Callable[[Bench], Outcome]] = [
    worker_killed,
    examiner_killed,
    sqlite_killed,
    postgres_killed,
]


def main() -> None:
    from bench import faults_files

    faults = {fault.__name__: fault for fault in [*FAULTS, *faults_files.FAULTS]}
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="where scratch sites are kept")
    parser.add_argument("--small", action="store_true", help="with the tests' encoder")
    parser.add_argument("--only", nargs="*", choices=faults, default=list(faults))
    options = parser.parse_args()
    os.chdir(ROOT)
    bench = Bench(options.folder, options.small)
    lost = 0
    print("| fault | in flight | told saved | lost | recovery |\n|---|---|---|---|---|")
    for name in options.only:
        try:
            outcome = faults[name](bench)
        except Exception as error:  # the others are worth seeing all the same
            traceback.print_exc()
            outcome = Outcome(lost=[f"it could not be shown: {error!r}"[:300]])
        lost += len(outcome.lost)
        said = "; ".join(outcome.lost[:3]) or "nothing"
        what = (faults[name].__doc__ or "").split("\n")[0]
        print(f"| {what} | {outcome.in_flight} | {outcome.told} | {said} | {outcome.recovery} |")
        sys.stdout.flush()
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
