"""The commands of manage.py as a person types them."""

from __future__ import annotations

import io
import json
import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from interview.grading.entailment import MODEL, SETTINGS, TOKENIZER
from interview.management.commands import grade_answers, serve
from knowledge import index
from knowledge.index import faiss_index
from knowledge.models import Chunk, Generation, ImportRun, Question, Source, Vector
from tests.conftest import BODY
from tests.encoders import HashEncoder
from tests.ports import free_port

pytestmark = pytest.mark.django_db

ANSWER = "学习率决定每一步走多远，太大会震荡。"
REFERENCE = "**卷积**用同一组权重扫过输入。\n\n- 参数共享减少参数量。"


def run(*arguments, **options) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


class TestBuildIndex:
    def test_it_builds_from_the_rows_and_says_how_many(self, question):
        out, _ = run("build_index")
        count = Chunk.objects.exclude(kind="heading").count()
        assert f"{count} passages" in out
        assert index.is_fresh()

    def test_it_embeds_only_what_the_model_has_not_seen(self, question):
        HashEncoder.encoded.clear()
        run("build_index")
        assert HashEncoder.encoded == []
        Vector.objects.all().delete()
        _, err = run("build_index")
        assert HashEncoder.encoded
        assert f"{len(HashEncoder.encoded)}/{len(HashEncoder.encoded)}" in err

    def test_it_replaces_a_damaged_file(self, question, settings, in_files):
        run("build_index")
        manifest = faiss_index.read_manifest(settings.INDEX_DIR)
        (settings.INDEX_DIR / manifest.file).write_bytes(b"")
        run("build_index")
        assert faiss_index.load(settings.INDEX_DIR, manifest.encoder, manifest.bank) is not None

    def test_rechunk_cuts_the_references_anew(self, question):
        Chunk.objects.filter(question=question).update(text="veraltet")
        run("build_index")
        assert Chunk.objects.filter(text="veraltet").exists()
        run("build_index", "--rechunk")
        assert not Chunk.objects.filter(text="veraltet").exists()

    def test_an_empty_bank_is_no_trouble(self, db):
        assert "0 passages" in run("build_index")[0]


class TestSearch:
    def test_it_prints_passages_with_question_and_similarity(self, question):
        out, _ = run("search", "动量滑动平均")
        first, second, *_ = out.splitlines()
        similarity, title = first.split("  ", 1)
        assert 0 < float(similarity) <= 1
        assert title == question.title
        assert "动量" in second

    def test_as_many_as_asked_for(self, question):
        assert len(run("search", "学习率", "-k", "2")[0].splitlines()) == 4


class TestGradeAnswers:
    @pytest.fixture
    def grade(self, tmp_path, ready):
        def grade(*lines, raw: bytes | None = None) -> tuple[list[dict], str]:
            source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
            text = "".join(
                (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n"
                for line in lines
            )
            source.write_bytes(text.encode() if raw is None else raw)
            _, err = run("grade_answers", str(source), "--output", str(target))
            rows = target.read_text(encoding="utf-8").removesuffix("\n").split("\n")
            return [json.loads(row) for row in rows], err

        return grade

    def test_a_question_of_the_bank_by_its_title(self, grade, question):
        [row], err = grade({"question": question.title, "answer": ANSWER})
        assert 0 <= row["score"] <= 100
        assert {"semantic", "keywords", "passages", "flags"} <= set(row)
        assert "graded 1 answers, 0 lines in error" in err

    def test_the_title_may_be_written_a_little_differently(self, grade, question):
        [row], _ = grade({"question": " 什么是梯度下降? ", "answer": ANSWER})
        assert "error" not in row

    def test_a_question_that_comes_with_its_reference(self, grade):
        [row], _ = grade({"question": "什么是卷积？", "reference": REFERENCE, "answer": "参数共享"})
        assert [p["text"] for p in row["passages"]] != []
        assert not Question.objects.exists()

    def test_passages_tell_text_weight_coverage_and_evidence(self, grade, question):
        [row], _ = grade({"question": question.title, "answer": ANSWER})
        for passage in row["passages"]:
            assert {"text", "weight", "coverage"} <= set(passage)

    def test_lines_stay_in_order_and_keep_their_other_keys(self, grade, question):
        rows, _ = grade(
            *(
                {"id": n, "note": {"x": [n]}, "question": question.title, "answer": f"{ANSWER}{n}"}
                for n in range(grade_answers.BATCH * 2 + 3)
            )
        )
        assert [row["id"] for row in rows] == list(range(grade_answers.BATCH * 2 + 3))
        assert rows[7]["note"] == {"x": [7]}
        assert rows[7]["answer"] == f"{ANSWER}7"

    def test_a_batch_grades_as_one_by_one(self, grade, question):
        lines = [{"question": question.title, "answer": text} for text in (ANSWER, "动量", "随便")]
        together = [row["score"] for row in grade(*lines)[0]]
        assert together == [grade(line)[0][0]["score"] for line in lines]

    @pytest.mark.parametrize(
        "bad",
        [
            "{",
            "",
            "[]",
            "null",
            '"text"',
            '{"answer": "x"}',
            '{"question": "什么是梯度下降？"}',
            '{"question": "什么是梯度下降？", "answer": 3}',
            '{"question": null, "answer": "x"}',
            '{"question": "q", "reference": 1, "answer": "x"}',
            '{"question": "不在题库里？", "answer": "x"}',
            '{"question": "什么是梯度下降？", "answer": "\\ud800"}',
            "[" * 100_000,
        ],
    )
    def test_a_bad_line_is_named_and_the_rest_goes_on(self, grade, question, bad):
        good = {"question": question.title, "answer": ANSWER}
        rows, err = grade(good, bad, good)
        assert len(rows) == 3
        assert rows[1]["score"] == 0
        assert "line 2" in rows[1]["error"]
        assert "line 2:" in err
        assert "2 answers, 1 lines in error" in err
        assert rows[0]["score"] == rows[2]["score"]

    def test_a_bad_line_keeps_its_other_keys(self, grade, question):
        rows, _ = grade({"id": 5, "question": "不在题库里？", "answer": "x"}, {"id": 6})
        assert [row["id"] for row in rows] == [5, 6]

    def test_a_key_called_error_is_a_key_like_others(self, grade, question):
        [row], err = grade({"question": question.title, "answer": ANSWER, "error": "negation"})
        assert row["error"] == "negation"
        assert row["score"] > 0
        assert "1 answers, 0 lines in error" in err

    def test_other_line_separators_do_not_end_a_line(self, grade, question):
        rows, _ = grade(*[{"question": question.title, "answer": "学习率\u2028决定\x85步长"}] * 2)
        assert len(rows) == 2
        assert all("error" not in row for row in rows)

    def test_windows_line_ends_and_a_byte_order_mark_are_fine(self, grade, question):
        line = json.dumps({"question": question.title, "answer": ANSWER}).encode()
        rows, _ = grade(raw=b"\xef\xbb\xbf" + line + b"\r\n" + line)
        assert [row.get("error") for row in rows] == [None, None]

    @pytest.mark.parametrize("answer", ["", "   ", "\0", "😀", "<b>", "字" * 20_000])
    def test_odd_answers_have_a_score(self, grade, question, answer):
        [row], _ = grade({"question": question.title, "answer": answer})
        assert 0 <= row["score"] <= 100

    @pytest.mark.parametrize("reference", ["# 标题", "```python\nx = 1\n```", "$$x$$", "---", "  "])
    def test_odd_references_do_not_stop_the_run(self, grade, question, reference):
        rows, _ = grade(
            {"question": "什么？", "reference": reference, "answer": ANSWER},
            {"question": question.title, "answer": ANSWER},
        )
        assert rows[1]["score"] > 0

    def test_a_reference_is_cut_and_embedded_once_a_run(self, grade):
        HashEncoder.encoded.clear()
        grade(
            *[
                {"question": "什么是卷积？", "reference": REFERENCE, "answer": f"{n}共享"}
                for n in range(5)
            ]
        )
        assert sum("同一组权重" in text for text in HashEncoder.encoded) == 1

    def test_without_an_output_the_lines_go_to_the_screen(self, tmp_path, question, ready, capsys):
        source = tmp_path / "in.jsonl"
        source.write_text(json.dumps({"question": question.title, "answer": ANSWER}))
        run("grade_answers", str(source))
        assert json.loads(capsys.readouterr().out)["answer"] == ANSWER

    def test_a_file_that_is_not_there_is_said_so(self, tmp_path):
        with pytest.raises(CommandError, match=r"no\.jsonl"):
            run("grade_answers", str(tmp_path / "no.jsonl"))

    def test_so_is_an_output_that_cannot_be_written(self, tmp_path, question):
        source = tmp_path / "in.jsonl"
        source.write_text("{}\n")
        with pytest.raises(CommandError, match="nowhere"):
            run("grade_answers", str(source), "--output", str(tmp_path / "nowhere" / "out.jsonl"))


@pytest.fixture
def content(tmp_path, monkeypatch) -> Path:
    """A small stand-in for the bundled questions: the real ones are read by other tests."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "a.md").write_text(f"<h1 id='a'>什么是梯度下降？</h1>\n\n{BODY}", encoding="utf-8")
    monkeypatch.setattr(serve, "CONTENT", folder)
    return folder


class TestServe:
    @pytest.fixture(autouse=True)
    def started(self, monkeypatch) -> list[list[str]]:
        """What would have been started in place of the test run."""
        started: list[list[str]] = []
        monkeypatch.setattr("os.execv", lambda _program, arguments: started.append(arguments))
        monkeypatch.setattr("os.chdir", lambda _folder: None)
        return started

    def test_setup_imports_the_content_and_builds_the_index(self, content):
        out, _ = run("serve", "--setup-only")
        assert "Importing" in out
        assert Question.objects.askable().get().title == "什么是梯度下降？"
        assert index.is_fresh()

    def test_a_second_run_imports_and_embeds_nothing(self, content, monkeypatch):
        run("serve", "--setup-only")
        rows = set(Chunk.objects.values_list("pk", flat=True))
        HashEncoder.encoded.clear()
        monkeypatch.setattr(index, "build", lambda *_: pytest.fail("it was built again"))
        out, _ = run("serve", "--setup-only")
        assert HashEncoder.encoded == []
        assert "Importing" not in out
        assert set(Chunk.objects.values_list("pk", flat=True)) == rows

    def test_a_first_run_that_was_interrupted_is_finished_by_the_second(self, content, monkeypatch):
        """Ctrl+C, or a kill, while passages are embedded: the questions are in the bank by then."""

        def interrupt(*_args):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("knowledge.importing.applying.refresh", interrupt)
            run("serve", "--setup-only")
        assert not Chunk.objects.exists()
        run("serve", "--setup-only")
        assert Chunk.objects.exists()
        assert not ImportRun.objects.filter(finished_at=None)
        assert index.is_fresh()

    def test_a_second_run_does_not_load_the_model(self, content, monkeypatch):
        run("serve", "--setup-only")
        monkeypatch.setattr("knowledge.embedding._encoder", None)
        run("serve", "--setup-only")
        from knowledge import embedding

        assert not embedding.is_ready()

    def test_new_content_is_taken_up(self, content):
        run("serve", "--setup-only")
        (content / "b.md").write_text(
            "<h1 id='b'>什么是动量？</h1>\n\n动量累积梯度。", encoding="utf-8"
        )
        assert "Importing" in run("serve", "--setup-only")[0]
        assert Question.objects.askable().count() == 2
        assert Source.objects.count() == 2

    def test_references_that_an_earlier_version_cut_otherwise_are_cut_anew_once(self, content):
        run("serve", "--setup-only")
        texts = list(Chunk.objects.values_list("text", flat=True))
        Chunk.objects.filter(position=1).update(text="veraltet")
        assert "cut anew" not in run("serve", "--setup-only")[0]
        Generation.objects.update(cut_by="an earlier version")
        assert "cut anew" in run("serve", "--setup-only")[0]
        assert list(Chunk.objects.values_list("text", flat=True)) == texts
        assert index.is_fresh()
        assert "cut anew" not in run("serve", "--setup-only")[0]

    def test_what_an_author_edited_stays_edited(self, content):
        run("serve", "--setup-only")
        Question.objects.update(body="改过的。")
        run("serve", "--setup-only")
        assert Question.objects.get().body == "改过的。"

    def test_a_lost_index_is_built_again(self, content, settings, in_files):
        run("serve", "--setup-only")
        shutil.rmtree(settings.INDEX_DIR)
        run("serve", "--setup-only")
        assert index.is_fresh()

    def test_a_taken_port_is_said_before_anything_else(self, content):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with pytest.raises(CommandError, match=f"Port {port} is taken"):
                run("serve", "--port", str(port))
        assert not Question.objects.exists()

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--port", "70000"), "not a port"),
            (("--port", "eight"), "port"),
            (("--host", "no.such.host.invalid"), "Cannot listen on no.such.host.invalid"),
            (("--host", "192.0.2.1"), "Cannot listen on 192.0.2.1"),
        ],
    )
    def test_an_address_that_cannot_be_is_said_so(self, content, options, message):
        with pytest.raises(CommandError, match=message):
            run("serve", *options)

    def test_a_free_port_is_served(self, content, started):
        port = free_port()
        out, _ = run("serve", "--port", str(port))
        assert f"http://127.0.0.1:{port}/" in out
        assert "interview.wsgi:application" in started[0]
        assert f"127.0.0.1:{port}" in started[0]

    def test_a_damaged_model_is_said_before_anything_is_served(
        self, content, settings, tmp_path, started
    ):
        """A model of one's own whose settings were cut off."""
        settings.VIVA_ENTAILMENT = str(tmp_path)
        for name in (MODEL, TOKENIZER, SETTINGS):
            (tmp_path / name).write_text("{")
        with pytest.raises(CommandError, match=rf"{tmp_path}/{SETTINGS} is damaged: restore"):
            run("serve")
        assert not started

    def test_a_full_disk_is_said_before_anything_is_written(self, content, monkeypatch):
        usage = namedtuple("usage", "total used free")
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 50 * 2**20))
        with pytest.raises(CommandError, match=r"Only 50 MB are free.*VIVA_DATA_DIR"):
            run("serve", "--setup-only")
        assert not Question.objects.exists()

    def test_so_is_a_data_directory_that_cannot_be_made(self, content, settings, tmp_path):
        (tmp_path / "file").write_text("in the way")
        settings.DATA_DIR = tmp_path / "file" / "data"
        with pytest.raises(CommandError, match="cannot be made"):
            run("serve", "--setup-only")


def test_the_bundled_questions_are_twelve_and_more(db):
    """The real content, as the first start imports it."""
    run("serve", "--setup-only")
    assert Question.objects.askable().count() >= 12
    assert not Question.objects.exclude(body="").filter(chunks=None).exists()
