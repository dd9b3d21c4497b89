"""The real site for benchmarks and fault proofs: `manage.py serve` as a process of its own in a scratch
folder, people who use it over HTTP, and a look into its database from outside."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery"
# A start with loaded models on a busy machine, the embedding of all bundled questions.
STARTED_WITHIN, SET_UP_WITHIN = 180.0, 1800.0

_PEOPLE = """
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
word = make_password({password!r})
User.objects.bulk_create(
    [User(username=f"p{{n}}", password=word) for n in range({count})], ignore_conflicts=True
)
User.objects.filter(username="p0").update(is_staff=True, is_superuser=True)
"""


def until(done: Callable[[], Any], seconds: float = 60.0, pause: float = 0.05) -> bool:
    """Wait for ``done`` to be true; whether it came to it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(pause)
    return bool(done())


class Site:
    """One data folder (and PostgreSQL, where ``database`` names one), served by real processes."""

    def __init__(
        self,
        data: Path,
        *,
        database: str = "",
        root: Path = ROOT,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data, self.database, self.root = data, database, root
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VIVA_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment = kept | {
            "VIVA_DATA_DIR": str(data),
            **({"VIVA_DATABASE_URL": database} if database else {}),
            **(environment or {}),
        }

    # -- processes

    def manage(
        self, *arguments: str, timeout: float = SET_UP_WITHIN, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """A command of the site's; its output is in ``stdout`` and ``stderr``."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            **options,
        )

    def set_up(self, people: int = 50) -> None:
        """Tables, the bundled questions, the index, and people named p0, p1, … with PASSWORD; p0 is
        staff."""
        self._must(self.manage("serve", "--setup-only"))
        self.add_people(people)

    def add_people(self, count: int) -> None:
        self._must(self.manage("shell", "-c", _PEOPLE.format(password=PASSWORD, count=count)))

    @staticmethod
    def _must(done: subprocess.CompletedProcess[str]) -> None:
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:] or done.stdout[-2000:])

    def start(self, *, workers: int = 1, ready: bool = True, **environment: str) -> None:
        """Serve, and wait until it answers (with its models, unless ``ready`` is False)."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "manage.py", "serve"),
                    *("--port", str(self.port), "--workers", str(workers)),
                ],
                cwd=self.root,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )
        if not until(lambda: self.is_up(ready), STARTED_WITHIN):
            raise RuntimeError(f"the site did not start: {self.log.read_text()[-2000:]}")

    def is_up(self, ready: bool = True) -> bool:
        try:
            return (
                httpx2.get(f"{self.address}/{'readyz' if ready else 'healthz'}").status_code == 200
            )
        except httpx2.HTTPError:
            return False

    def workers(self) -> list[int]:
        """Ids of the processes that answer requests; gunicorn's first one starts them again."""
        return self._named("-m gunicorn")[1:]

    def examiners(self) -> list[int]:
        return self._named("manage.py examiner_worker")

    def _named(self, words: str) -> list[int]:
        found = {pid: _command_line(pid) for pid in self._family()}
        return [pid for pid, line in found.items() if words in line and "supervising" not in line]

    def _family(self) -> list[int]:
        assert self.process is not None
        found, new = [], [self.process.pid]
        while new:
            found += new
            new = [child for pid in new for child in _children(pid)]
        return sorted(found)

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """kill -9 of everything at once, as when the machine runs out of memory."""
        for pid in reversed(self._family()):
            os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait(30)
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(45)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
            self.process = None

    # -- what is in the database, read from outside

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as connection:
                return connection.execute(query).fetchall()
        connection = sqlite3.connect(self.data / "viva.sqlite3", timeout=20)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def attempts(self) -> dict[str, tuple[str, float | None]]:
        """Answer and score of every stored answer, by submission (32 hexadecimal digits)."""
        found = self.rows("SELECT submission, answer, score FROM interview_attempt")
        return {uuid.UUID(str(key)).hex: (answer, score) for key, answer, score in found}

    def logged(self, text: str) -> bool:
        return self.log.exists() and text in self.log.read_text(errors="replace")


@contextmanager
def serving(site: Site, **options: Any) -> Iterator[Site]:
    """``site``, started, and stopped at the end."""
    try:
        site.start(**options)
        yield site
    finally:
        site.stop()


def set_up_once(folder: Path, environment: Mapping[str, str] | None = None) -> Site:
    """The site of a data folder that is kept between runs."""
    site = Site(folder, environment=environment)
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        site.set_up()
        (folder / "done").touch()
    return site


def percentile(values: list[float], rank: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * rank // 100)] if values else 0.0


def copied(prepared: Path, to: Path) -> Path:
    """A copy of a data folder that nobody serves at the moment."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(prepared, to))


def _children(pid: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@dataclass(frozen=True)
class Sent:
    """One answer on its way; ``submission`` is how the page names it when it sends it again."""

    path: str
    text: str
    submission: str
    base: str = ""


class Person:
    """Somebody with a browser: cookies, forms, and the patience to send again."""

    def __init__(self, site: Site, number: int, timeout: float = 120.0) -> None:
        self.site = site
        self.name = f"p{number}"
        # gunicorn closes idle connections after 2 s; a browser would notice and ask again.
        kept = httpx2.Limits(keepalive_expiry=1.0)
        self.http = httpx2.Client(
            base_url=site.address, timeout=timeout, limits=kept, headers={"Accept-Language": "en"}
        )

    def get(self, path: str) -> httpx2.Response:
        return self.http.get(path, follow_redirects=True)

    def post(self, path: str, htmx: bool = False, **fields: str) -> httpx2.Response:
        token = self.http.cookies.get("csrftoken") or ""
        headers = {"HX-Request": "true"} if htmx else {}
        return self.http.post(path, data={"csrfmiddlewaretoken": token, **fields}, headers=headers)

    def sign_in(self) -> httpx2.Response:
        self.get("/login/")
        return self.post("/login/", username=self.name, password=PASSWORD)

    def begin(self, count: int = 5) -> str:
        """Starts an interview; its address."""
        response = self.post("/interviews/", count=str(count))
        response.raise_for_status() if response.status_code != 302 else None
        return response.headers["Location"].rsplit("/", 2)[0] + "/"

    def open(self, path: str, text: str) -> Sent:
        """Looks at the question at ``path``, and has ``text`` ready to send."""
        html = self.get(path).text
        return Sent(path, text, _field(html, "submission"), _field(html, "base"))

    def send(self, sent: Sent, htmx: bool = True, to: str = "answer") -> httpx2.Response:
        fields = {"answer": sent.text, "submission": sent.submission, "base": sent.base}
        return self.post(f"{sent.path}{to}/", htmx, **fields)

    def draft(self, sent: Sent) -> httpx2.Response:
        return self.send(sent, to="draft")


def is_kept(response: httpx2.Response | None) -> bool:
    """Whether the person was told that the text is saved."""
    return response is not None and response.status_code < 400


def _field(html: str, name: str) -> str:
    """The value of a form's hidden field, whatever the order of its attributes."""
    for tag in re.findall(r"<input[^>]*>", html):
        if f'name="{name}"' in tag and (value := re.search(r'value="([^"]*)"', tag)):
            return value[1]
    return ""


@cache
def statements() -> list[str]:
    """What the bundled references say, statement by statement (their rubric points)."""
    files = sorted((ROOT / "knowledge" / "content").glob("*.md"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return re.findall(r"^- (.{8,120})（\d）$", text, re.MULTILINE)


def written(rng: random.Random, least: int, most: int) -> str:
    """An answer of between ``least`` and ``most`` characters, made of statements of the references."""
    length, said = rng.randint(least, most), ""
    while len(said) < length:
        said += rng.choice(statements()) + "。"
    return said[:most]
