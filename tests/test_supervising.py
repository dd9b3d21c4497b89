"""Two real processes under one roof."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chat_server import wait_until

ROOT = Path(__file__).resolve().parent.parent
# A process that notes its id in a file and stays; SIGTERM ends it unless it is told to be busy.
STAYS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
BUSY = "import signal; signal.signal(signal.SIGTERM, lambda *_: None);" + STAYS
ENDS = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); sys.exit(3)"


@pytest.fixture
def both(tmp_path):
    """Start the supervisor over two Python programs; whatever is left over is ended."""
    files = tmp_path / "worker", tmp_path / "server"
    running: list[subprocess.Popen] = []

    def start(worker: str, server: str) -> subprocess.Popen:
        commands = [
            [sys.executable, "-c", program, str(file)]
            for program, file in zip((worker, server), files, strict=True)
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "interview.supervising", *commands[0], "--", *commands[1]],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return process

    yield start, *files
    for process in running:
        process.kill()
    for pid in [pid for file in files for pid in ids(file)]:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def ids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_both_start_and_both_end_together(both):
    start, worker, server = both
    process = start(STAYS, STAYS)
    assert wait_until(lambda: bool(ids(worker) and ids(server)))
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert not any(alive(pid) for pid in ids(worker) + ids(server))


def test_a_dead_worker_is_started_again_and_the_server_stays(both):
    start, worker, server = both
    process = start(STAYS, STAYS)
    assert wait_until(lambda: bool(ids(worker) and ids(server)))
    os.kill(ids(worker)[0], signal.SIGKILL)
    assert wait_until(lambda: len(ids(worker)) == 2)
    assert len(ids(server)) == 1 and alive(ids(server)[0])
    assert process.poll() is None


def test_one_that_cannot_live_is_not_started_without_end(both):
    start, worker, _server = both
    process = start(ENDS, STAYS)
    assert wait_until(lambda: len(ids(worker)) >= 2)
    time.sleep(1)
    assert len(ids(worker)) <= 3
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    assert b"worker ended (3)" in process.stderr.read()


def test_when_the_server_ends_the_worker_ends_and_the_status_is_the_servers(both):
    start, worker, server = both
    process = start(STAYS, "import time; time.sleep(1);" + ENDS)
    assert process.wait(20) == 3
    assert ids(server)
    assert not any(alive(pid) for pid in ids(worker))


def test_a_worker_in_the_middle_of_something_is_not_waited_for_long(both):
    start, worker, server = both
    process = start(BUSY, STAYS)
    assert wait_until(lambda: bool(ids(worker) and ids(server)))
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert not any(alive(pid) for pid in ids(worker))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of such a death")
def test_nothing_is_left_behind_when_the_supervisor_is_killed(both):
    start, worker, server = both
    process = start(STAYS, STAYS)
    assert wait_until(lambda: bool(ids(worker) and ids(server)))
    process.kill()
    process.wait(10)
    assert wait_until(lambda: not any(alive(pid) for pid in ids(worker) + ids(server)))


def test_it_needs_nothing_but_the_standard_library():
    """It stays for as long as the site does: no Django, no models."""
    code = (
        "import interview.supervising, sys; sys.exit(bool({'django', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
