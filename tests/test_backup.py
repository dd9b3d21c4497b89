"""A backup holds everything that cannot be made again, of one moment, and comes back whole."""

from __future__ import annotations

import datetime as dt
import io
import json
import stat
import subprocess
import sys
import threading
import uuid
import zipfile
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from interview import answering, backup
from interview.models import Attempt, Interview, Slot
from knowledge import search
from knowledge.models import Chunk, Generation, Question, Vector
from knowledge.refresh import keep_cut
from tests.conftest import add_question

ROOT = Path(__file__).resolve().parent.parent
NOW = dt.datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def sitting(user: User, question: Question, count: int = 1) -> Interview:
    interview = Interview.objects.create(user=user, created_at=NOW)
    Slot.objects.bulk_create(
        Slot(interview=interview, position=n, question=question, version=question.version())
        for n in range(count)
    )
    return interview


def answer(interview: Interview, number: int, text: str) -> Attempt:
    slot = interview.slots.select_related("interview__user", "version").get(position=number)
    return answering.submit(slot, text, submission=uuid.uuid4(), now=NOW)


@pytest.fixture
def site(question, person, settings) -> Interview:
    """Something of every sort."""
    interview = sitting(person, question, 3)
    attempt = answer(interview, 0, "学习率决定步长。\n第二行 <b>& “quotes” 😀")
    attempt.grade = {"score": 71.5, "points": [["学习率", 0.1 + 0.2]]}
    attempt.save()
    Slot.objects.filter(interview=interview, position=1).update(draft="还没写完……")
    interview.topics.add(question.topic)
    picture = settings.MEDIA_ROOT / "sources" / "x" / "图 1.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\x89PNG\r\n")
    LogEntry.objects.create(
        user=person, action_flag=1, content_type=ContentType.objects.get_for_model(Question)
    )
    return interview


def everything() -> dict[str, list[dict]]:
    """All rows of all kinds, as they are written down; the generation moves by design."""
    return {
        model._meta.label: [backup._as_json(row) for row in model._base_manager.order_by("pk")]
        for model in backup._models(backup.present)
        if model not in (Session, Generation)
    }


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "viva-backup.zip"


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def changed(source: Path, target: Path, **manifest) -> Path:
    """A copy of a backup with another manifest."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "manifest.json":
                data = json.dumps(json.loads(data) | manifest).encode()
            new.writestr(name, data)
    return target


class TestRoundTrip:
    def test_everything_comes_back_as_it_was(self, site, file, settings):
        before = everything()
        assert "rows and 1 pictures" in run("backup", str(file))
        Attempt.objects.all().delete()
        Question.objects.update(title="verändert")
        User.objects.create_user("later")
        (settings.MEDIA_ROOT / "sources" / "x" / "图 1.png").unlink()
        run("restore", str(file), "--replace")
        assert everything() == before
        assert (settings.MEDIA_ROOT / "sources" / "x" / "图 1.png").read_bytes() == b"\x89PNG\r\n"

    def test_what_is_written_afterwards_gets_numbers_of_its_own(self, site, file):
        run("backup", str(file))
        run("restore", str(file), "--replace")
        newest = Question.objects.latest("pk").pk
        assert add_question("什么是动量？", "动量累积梯度。").pk > newest
        assert answer(site, 2, "一个新的回答").slot_id

    def test_a_running_process_finds_what_was_restored_and_nothing_else(self, site, file):
        run("backup", str(file))
        Question.objects.all().delete()
        add_question("什么是过拟合？", "**过拟合**是训练误差小而测试误差大。")
        search.search("过拟合")
        run("restore", str(file), "--replace")
        titles = {hit.chunk.question.title for hit in search.search("过拟合")}
        assert titles == {"什么是梯度下降？"}

    def test_vectors_come_along_so_that_nothing_is_embedded_again(self, site, file):
        hashes = set(Chunk.objects.values_list("text_hash", flat=True))
        run("backup", str(file))
        run("restore", str(file), "--replace")
        assert hashes <= set(Vector.objects.values_list("text_hash", flat=True))

    def test_its_references_may_have_been_cut_by_another_version(self, site, file):
        keep_cut()
        assert not keep_cut()
        run("backup", str(file))
        run("restore", str(file), "--replace")
        assert keep_cut()

    def test_people_sign_in_again(self, site, file, client_of, person):
        client = client_of(person)
        run("backup", str(file))
        run("restore", str(file), "--replace")
        assert client.get("/history/").status_code == 302
        assert client.login(username="ming", password="correct horse")

    @pytest.mark.postgres
    def test_a_site_moves_from_postgresql_to_sqlite(self, site, file, tmp_path):
        """And the other way, which is how a site grows."""
        before = everything()
        run("backup", str(file))
        small, back = tmp_path / "small", tmp_path / "back.zip"
        assert Restored(small, file).count(Attempt) == 1
        elsewhere(small, "backup", str(back))
        run("restore", str(back), "--replace")
        assert everything() == before


class TestFile:
    def test_it_holds_no_key_and_no_session_and_is_for_its_owner(
        self, site, file, settings, client_of, person
    ):
        client_of(person)
        run("backup", str(file))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with zipfile.ZipFile(file) as archive:
            data = b"".join(map(archive.read, archive.namelist()))
        assert settings.SECRET_KEY.encode() not in data
        assert Session.objects.get().session_data.encode() not in data

    def test_one_that_cannot_be_written_leaves_the_old_one(self, site, file, monkeypatch):
        run("backup", str(file))
        old = file.read_bytes()

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(backup.os, "fsync", full)
        with pytest.raises(CommandError, match="No space"):
            run("backup", str(file))
        assert file.read_bytes() == old
        assert [path.name for path in file.parent.glob("*backup*")] == [file.name]


class TestRefused:
    """Whatever is wrong with the file, the site stays as it is."""

    @pytest.fixture
    def good(self, site, file):
        run("backup", str(file))
        return file

    def refused(self, file: Path, message: str) -> None:
        before = everything()
        with pytest.raises(CommandError, match=message):
            run("restore", str(file), "--replace")
        assert everything() == before

    @pytest.mark.parametrize("share", [0, 0.3, 0.99])
    def test_a_truncated_file(self, good, share):
        good.write_bytes(good.read_bytes()[: int(share * good.stat().st_size)])
        self.refused(good, "no backup, or is damaged")

    def test_a_flipped_bit(self, good):
        data = bytearray(good.read_bytes())
        data[len(data) // 2] ^= 4
        good.write_bytes(data)
        self.refused(good, "damaged")

    def test_another_file(self, good, tmp_path):
        with zipfile.ZipFile(tmp_path / "notes.zip", "w") as archive:
            archive.writestr("notes.md", "# 1. 题")
        self.refused(tmp_path / "notes.zip", "no backup")

    def test_one_that_is_not_there(self, site, file):
        self.refused(file, "No such file")

    def test_one_of_a_newer_version(self, good, tmp_path):
        newer = {"knowledge": "9999_later"}
        self.refused(changed(good, tmp_path / "x.zip", migrations=newer), "newer version")

    def test_one_of_another_format(self, good, tmp_path):
        self.refused(changed(good, tmp_path / "x.zip", format=2), "format")

    def test_one_with_fewer_rows_than_it_says(self, good, tmp_path):
        with zipfile.ZipFile(good) as archive:
            rows = json.loads(archive.read("manifest.json"))["rows"]
        rows["interview.attempt"] += 1
        self.refused(changed(good, tmp_path / "x.zip", rows=rows), "has 1 rows instead of 2")

    def test_a_picture_outside_its_folder(self, good, settings):
        with zipfile.ZipFile(good, "a") as archive:
            archive.writestr("media/../../escaped.png", b"x")
        self.refused(good, "does not belong")
        assert not list(settings.MEDIA_ROOT.parent.parent.rglob("escaped.png"))

    def test_where_there_are_people_it_wants_to_be_told(self, good):
        with pytest.raises(CommandError, match="--replace"):
            run("restore", str(good))


def elsewhere(folder: Path, *arguments: str) -> str:
    """manage.py on a site of its own, in SQLite."""
    import os

    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIVA_", "DJANGO_"))}
    given = {"VIVA_DATA_DIR": str(folder), "VIVA_ENCODER": "tests.encoders:HashEncoder"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | given,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Restored:
    """A fresh site made from a backup."""

    def __init__(self, folder: Path, file: Path) -> None:
        self.database = folder / "viva.sqlite3"
        elsewhere(folder, "restore", str(file))

    def query(self, sql: str) -> list[tuple]:
        import sqlite3

        with sqlite3.connect(self.database) as database:
            return database.execute(sql).fetchall()

    def count(self, model) -> int:
        return self.query(f"SELECT count(*) FROM {model._meta.db_table}")[0][0]


class TestWhilePeopleWrite:
    def test_it_is_of_one_moment_and_nobody_waits(self, question, person, file, tmp_path):
        """Four people answer without a break while the backup is made; then it is restored as a site
        of its own. What was confirmed before it began is in it, and nothing in it is half there."""
        sittings = [sitting(person, question, 400) for _ in range(4)]
        confirmed: list[str] = []
        troubles: list[BaseException] = []
        stop = threading.Event()

        def write(interview: Interview) -> None:
            try:
                for number in range(400):
                    if stop.is_set():
                        return
                    confirmed.append(answer(interview, number, f"第{number}个回答").pk.hex)
            except BaseException as error:
                troubles.append(error)
            finally:
                connection.close()

        writers = [threading.Thread(target=write, args=(interview,)) for interview in sittings]
        for writer in writers:
            writer.start()
        while len(confirmed) < 40 and not troubles:
            stop.wait(0.01)
        before = list(confirmed)
        backup.write(file, now=timezone.now())
        during = len(confirmed)
        while len(confirmed) < during + 20 and any(writer.is_alive() for writer in writers):
            stop.wait(0.01)
        stop.set()
        for writer in writers:
            writer.join()
        assert troubles == []
        restored = Restored(tmp_path / "new", file)
        kept = {pk for (pk,) in restored.query("SELECT id FROM interview_attempt")}
        assert set(before) <= kept < set(confirmed)
        torn = (
            "SELECT count(*) FROM interview_slot s LEFT JOIN interview_attempt a ON a.slot_id = s.id "
            "WHERE (s.state = 'answered') <> (a.id IS NOT NULL)"
        )
        assert restored.query(torn) == [(0,)]
        assert restored.query("PRAGMA foreign_key_check") == []

    def test_restoring_is_one_step_for_whoever_reads_meanwhile(self, site, file):
        run("backup", str(file))
        for number in range(50):
            User.objects.create_user(f"later{number}")
        seen: set[tuple[int, int]] = set()
        stop = threading.Event()

        def read() -> None:
            while not stop.is_set():
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT (SELECT count(*) FROM auth_user), "
                        "(SELECT count(*) FROM interview_attempt)"
                    )
                    seen.add(cursor.fetchone())
            connection.close()

        reader = threading.Thread(target=read)
        reader.start()
        run("restore", str(file), "--replace")
        stop.set()
        reader.join()
        assert seen <= {(51, 1), (1, 1)}


class TestOlder:
    def test_a_backup_of_an_older_version_is_brought_up_to_date(
        self, site, file, tmp_path, monkeypatch
    ):
        """One from before reviews and the settings of a sitting, made by leaving them out."""
        run("backup", str(file))
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            rows = {
                name: archive.read(name).decode().splitlines()
                for name in archive.namelist()
                if name.startswith("rows/")
            }
        state = backup.MigrationLoader(None).project_state(("interview", "0001_initial"))
        old = {model._meta.label_lower: model for model in state.apps.get_models()}
        older = tmp_path / "older.zip"
        with zipfile.ZipFile(older, "w") as archive:
            for name, lines in rows.items():
                label = name.removeprefix("rows/").removesuffix(".jsonl")
                if label.startswith("interview."):
                    if label not in old and label != "interview.interview_topics":
                        del manifest["rows"][label]
                        continue
                    if label in old:
                        columns = {field.attname for field in old[label]._meta.concrete_fields}
                        lines = [
                            json.dumps({k: v for k, v in json.loads(line).items() if k in columns})
                            for line in lines
                        ]
                archive.writestr(name, "\n".join(lines))
            manifest["migrations"]["interview"] = "0001_initial"
            archive.writestr("manifest.json", json.dumps(manifest))
        before = list(Attempt.objects.values_list("pk", "answer", "created_at"))
        Attempt.objects.all().delete()
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "interview.settings")
        run("restore", str(older), "--replace")
        assert list(Attempt.objects.values_list("pk", "answer", "created_at")) == before
        assert Slot.objects.get(position=1).draft == "还没写完……"
