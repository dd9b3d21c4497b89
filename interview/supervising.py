"""Two processes as one: the web server, and the examiner's worker beside it.

Run as a program of its own (``python -m interview.supervising WORKER… -- SERVER…``), with nothing but
the standard library: it stays small while the others come and go. When the worker dies it is started
again, after a while that doubles; when the server ends, or this is told to end, both end.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

# Seconds until a dead worker is started again; one that lived longer than the last starts over.
FIRST_PAUSE, LAST_PAUSE = 1.0, 60.0
# Seconds that the worker has to put its work down, and the server to finish its requests.
WORKER_GRACE, SERVER_GRACE = 3.0, 35.0
_TICK = 0.2


def supervise(worker: Sequence[str], server: Sequence[str]) -> int:
    """Run both until the server ends or a signal comes; returns the server's exit status."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    serving = _start(server)
    working: subprocess.Popen[bytes] | None = None
    pause, due, born = FIRST_PAUSE, 0.0, 0.0
    while not stop.is_set() and serving.poll() is None:
        now = time.monotonic()
        if working is not None and working.poll() is not None:
            pause = FIRST_PAUSE if now - born > LAST_PAUSE else min(LAST_PAUSE, 2 * pause)
            _say(f"the examiner's worker ended ({working.returncode}); again in {pause:.0f} s")
            working, due = None, now + pause
        if working is None and now >= due:
            working, born = _start(worker), now
        stop.wait(_TICK)
    _end(serving, working)
    status = serving.returncode
    return status if status >= 0 else 0 if -status in (signal.SIGTERM, signal.SIGINT) else 1


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, preexec_fn=_end_with_parent)


def _end_with_parent() -> None:
    """Ask Linux to end this process should its parent be killed; elsewhere nothing does."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _end(server: subprocess.Popen[Any], worker: subprocess.Popen[Any] | None) -> None:
    for process in (server, worker):
        _tell(process, signal.SIGTERM)
    if worker is not None:
        if not _ended(worker, WORKER_GRACE):  # in the middle of a request: it is taken up later
            _tell(worker, signal.SIGTERM)
        if not _ended(worker, WORKER_GRACE):
            _tell(worker, signal.SIGKILL)
            worker.wait()
    if not _ended(server, SERVER_GRACE):
        _tell(server, signal.SIGKILL)
        server.wait()


def _tell(process: subprocess.Popen[Any] | None, number: int) -> None:
    if process is not None and process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)


def _ended(process: subprocess.Popen[Any], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    both = sys.argv[1:]
    cut = both.index("--")
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(supervise(both[:cut], both[cut + 1 :]))
