"""How many people one machine holds, and what happens with twice as many.

    .venv/bin/python -m bench.load --folder /tmp/viva-load
    .venv/bin/python -m bench.load --folder /tmp/viva-load --database postgres --think 6 --window 30

Virtual people sign in, are asked, think (exponentially, ``--think`` seconds in the mean), save drafts,
answer with 60-400 characters, read the result and go on. Their number doubles, then is bisected, until
the 95th percentile of a grade (from sending the answer to seeing its result) is over a second or there
is an error. Then twice that number: every answer must be stored, graded in the end, and nobody told
anything but the truth. With a shorter ``--think`` fewer people make the same work. Clients and server
share the machine. The folder keeps a prepared site between runs (SQLite).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil

from bench.site import (
    ROOT,
    Person,
    Site,
    copied,
    is_kept,
    percentile,
    set_up_once,
    until,
    written,
)

POLL = 4.0  # seconds after which the page of an answer that waits asks again (templates/interview)
READING = 0.3  # of the time to think goes into reading a result
QUESTIONS = 5
BUSY = 'hx-trigger="every 4s"'


@dataclass
class Seen:
    """What the people of one round saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    busy: int = 0  # told that many are answering, and that the answer is saved
    refused: int = 0  # told that nothing can be saved now, and asked to send again
    errors: int = 0  # anything else that is not a page
    told: dict[str, str] = field(default_factory=dict)

    @property
    def slowest(self) -> float:
        return percentile(self.seconds["grade"], 95)

    def is_fine(self, slowest: float) -> bool:
        enough = len(self.seconds["grade"]) >= 5
        return enough and not self.errors and not self.refused and self.slowest <= slowest


class Crowd:
    """People in threads of their own; each round lets some of them work for a while."""

    def __init__(self, site: Site, think: float, slowest: float) -> None:
        self.site, self.think, self.slowest = site, think, slowest
        self.people: list[Person] = []
        self.all_told: dict[str, str] = {}

    def gather(self, count: int, seen: Seen) -> None:
        for number in range(len(self.people) + 1, count + 1):
            person = Person(self.site, number)
            begun = time.perf_counter()
            response = person.sign_in()
            seen.seconds["sign in"].append(time.perf_counter() - begun)
            assert response.status_code == 302, f"{person.name}: {response.status_code}"
            self.people.append(person)

    def round(self, count: int, window: float) -> Seen:
        """``count`` people for ``window`` seconds after they have come into their stride."""
        seen, stop, lock = Seen(), threading.Event(), threading.Lock()
        self.gather(count, seen)
        measuring = threading.Event()
        threads = [
            threading.Thread(target=self._live, args=(n, seen, stop, measuring, lock), daemon=True)
            for n in range(count)
        ]
        for thread in threads:
            thread.start()
        time.sleep(1.5 * self.think)
        measuring.set()
        time.sleep(window)
        stop.set()
        for thread in threads:
            thread.join(180)
        self.all_told |= seen.told
        return seen

    def _live(
        self,
        number: int,
        seen: Seen,
        stop: threading.Event,
        measuring: threading.Event,
        lock: threading.Lock,
    ) -> None:
        rng, person = random.Random(f"{number} {time.time()}"), self.people[number]

        def ask(kind: str, send, *args, **options) -> httpx2.Response | None:  # type: ignore[no-untyped-def]
            begun, response = time.perf_counter(), None
            with suppress(httpx2.HTTPError):
                response = send(*args, **options)
            took = time.perf_counter() - begun
            status = response.status_code if response is not None else 0
            with lock:
                seen.statuses[status] += 1
                seen.refused += status == 503
                seen.errors += status in (0, 500) or 400 <= status < 500
                if measuring.is_set() and kind:
                    seen.seconds[kind].append(took)
            return response

        stop.wait(rng.random() * self.think)
        while not stop.is_set():
            response = ask("start", person.post, "/interviews/", count=str(QUESTIONS))
            if response is None or response.status_code != 302:
                stop.wait(POLL)
                continue
            at = response.headers["Location"].rsplit("/", 2)[0] + "/"
            for place in range(1, QUESTIONS + 1):
                if stop.is_set():
                    return
                sent = None
                begun = time.perf_counter()
                with suppress(httpx2.HTTPError):
                    sent = person.open(f"{at}{place}/", written(rng, 60, 400))
                if sent is None or not sent.submission:
                    with lock:
                        seen.errors += 1
                    break
                if measuring.is_set():
                    seen.seconds["question"].append(time.perf_counter() - begun)
                thinking = min(rng.expovariate(1 / self.think), 4 * self.think)
                stop.wait(thinking / 2)
                ask("draft", person.draft, sent)
                stop.wait(thinking / 2)
                self._answer(person, sent, ask, seen, stop, measuring, lock)
                stop.wait(self.think * READING)
            ask("summary", person.get, f"{at}summary/")
            ask("history", person.get, "/history/")

    def _answer(self, person, sent, ask, seen, stop, measuring, lock) -> None:  # type: ignore[no-untyped-def]
        """Sends until it is saved, as the page does, and looks again until there is a result."""
        begun = time.perf_counter()
        while not is_kept(response := ask("", person.send, sent)):
            if stop.is_set():
                return  # nothing was promised
            time.sleep(POLL)
        with lock:
            seen.told[sent.submission.replace("-", "")] = sent.text
            seen.busy += BUSY in response.text
            seen.errors += BUSY in response.text and "saved" not in response.text
        while BUSY in response.text and not stop.is_set():
            stop.wait(POLL)
            response = ask("look again", person.get, sent.path) or response
        if measuring.is_set() and BUSY not in response.text:
            with lock:
                seen.seconds["grade"].append(time.perf_counter() - begun)


def most(crowd: Crowd, start: int, window: float, limit: int) -> int:
    """The largest number of people with which everything is fine, to a tenth of it."""
    good, bad, count = 0, limit + 1, start
    while bad - good > max(1, good // 10):
        seen = crowd.round(count, window)
        fine = seen.is_fine(crowd.slowest)
        print(
            f"{count:5d} people: {len(seen.seconds['grade'])} grades, p95 {seen.slowest:.2f} s, "
            f"{seen.busy} busy, {seen.refused} refused, {seen.errors} errors"
            f"{'' if fine else '  (too many)'}",
            flush=True,
        )
        if fine:
            good = count
        else:
            bad = count
        count = min(2 * good, limit) if bad > limit else (good + bad) // 2
        if count in (good, bad) or count < 1:
            break
        time.sleep(2)
    return good


def table(seen: Seen) -> str:
    lines = ["| page | n | p50 | p95 | p99 |", "|---|---|---|---|---|"]
    for kind, values in sorted(seen.seconds.items()):
        if values:
            shown = " | ".join(f"{1000 * percentile(values, rank):.0f} ms" for rank in (50, 95, 99))
            lines.append(f"| {kind} | {len(values)} | {shown} |")
    return "\n".join(lines)


def where_time_goes(file: Path, since: int) -> str:
    """Means over the graded answers of the last round, from the server itself."""
    rows = [json.loads(line) for line in file.read_text().splitlines()[since:]]
    rows = [row for row in rows if "read closely" in row or "encode" in row]
    if not rows:
        return "no grade was timed"
    names = sorted({name for row in rows for name in row} - {"all"})
    means = {name: statistics.mean(row.get(name, 0.0) for row in rows) for name in names}
    whole = statistics.mean(row["all"] for row in rows)
    means["the rest"] = whole - sum(means.values())
    parts = ", ".join(
        f"{name} {1000 * v:.0f} ms" for name, v in sorted(means.items(), key=lambda m: -m[1])
    )
    return f"of {1000 * whole:.0f} ms in the mean of {len(rows)} answers: {parts}"


def processor_seconds(site: Site) -> float:
    """Of all the site's processes so far."""
    times = [psutil.Process(pid).cpu_times() for pid in site.workers()]
    return sum(t.user + t.system for t in times)


def overload(crowd: Crowd, count: int, window: float) -> int:
    """Twice as many people; returns how many answers were lost."""
    site = crowd.site
    seen = crowd.round(count, window)
    print(f"\nTwice as many ({count}):\n\n{table(seen)}\n")
    print(
        f"{len(seen.told)} answers told saved, {seen.busy} of them also that they wait for their turn; "
        f"{seen.refused} requests told to come back, {seen.errors} errors"
    )
    begun = time.monotonic()
    waiting = sum(score is None for _text, score in site.attempts().values())
    done = until(lambda: all(s is not None for _t, s in site.attempts().values()), 900, 1.0)
    stored = site.attempts()
    lost = sum(stored.get(key, ("",))[0] != text for key, text in crowd.all_told.items())
    print(
        f"after it {waiting} stored answers had no grade; "
        f"{'all graded' if done else 'NOT all graded'} {time.monotonic() - begun:.0f} s later, with nobody "
        f"looking; of {len(crowd.all_told)} answers told saved in all rounds {lost} are lost"
    )
    after = crowd.round(max(1, count // 4), window)
    print(
        f"{max(1, count // 4)} people afterwards: p95 {after.slowest:.2f} s, {after.errors} errors"
    )
    return lost + (not done)


def prepared(options: argparse.Namespace) -> Site:
    times = options.folder / "times.jsonl"
    times.unlink(missing_ok=True)
    times.touch()
    environment = {
        "GUNICORN_CMD_ARGS": f"--config {ROOT / 'bench' / 'timed.py'}",
        "BENCH_TIMES": str(times),
    }
    folder = options.folder / "prepared"
    kept = set_up_once(folder)
    if options.database == "postgres":
        from tests import postgres

        data = options.folder / "load-postgres"
        shutil.rmtree(data, ignore_errors=True)
        site = Site(data, database=postgres.start().get_uri(), environment=environment)
        vectors = options.folder / "vectors.json"  # embedding takes minutes, and was done before
        for done in (
            kept.manage("dumpdata", "knowledge.vector", "-o", str(vectors)),
            site.manage("migrate"),
            site.manage("loaddata", str(vectors)),
        ):
            assert done.returncode == 0, done.stderr
        site.set_up(options.limit + 1)
        return site
    site = Site(copied(folder, options.folder / "load"), environment=environment)
    site.add_people(options.limit + 1)
    return site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="where scratch sites are kept")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--think", type=float, default=60.0, help="mean seconds to an answer")
    parser.add_argument("--window", type=float, default=120.0, help="seconds measured in a round")
    parser.add_argument("--start", type=int, default=8, help="people in the first round")
    parser.add_argument("--limit", type=int, default=400, help="people at most")
    parser.add_argument("--people", type=int, help="this many, without looking for the number")
    parser.add_argument("--slowest", type=float, default=1.0, help="p95 of a grade, in seconds")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    os.chdir(ROOT)
    options.folder.mkdir(parents=True, exist_ok=True)
    site = prepared(options)
    times = options.folder / "times.jsonl"
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(
        f"{options.database}, {options.workers} worker(s), {options.think:.0f} s to think, clients on the "
        f"same {cores} core(s), load {load:.1f} before the start\n"
    )
    try:
        site.start(workers=options.workers)
        crowd = Crowd(site, options.think, options.slowest)
        count = options.people or most(crowd, options.start, options.window, options.limit)
        if not options.people:
            print(f"\n{count} people: p95 of a grade at most {crowd.slowest:.0f} s and no error.")
        count = max(1, count)
        since, used = len(times.read_text().splitlines()), processor_seconds(site)
        seen = crowd.round(count, options.window)
        used = (processor_seconds(site) - used) / max(1, len(seen.told))
        print(f"\n{count} people, {used:.2f} s of processor time an answer with all its pages:\n")
        print(f"{table(seen)}\n\nWhere the time of a grade goes: {where_time_goes(times, since)}")
        lost = overload(crowd, 2 * count, options.window)
    finally:
        site.stop()
    raise SystemExit(1 if lost else 0)


if __name__ == "__main__":
    main()
