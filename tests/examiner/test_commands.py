"""check_llm, grade_answers --examiner llm, and what serve starts."""

from __future__ import annotations

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from interview.management.commands import check_llm, serve
from tests.chat_server import KEY, asked, honest, reply
from tests.examiner.conftest import ANSWER
from tests.ports import free_port

pytestmark = pytest.mark.django_db


def run(*arguments, **options) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def careful(handler, body):
    """Knows the right verdicts on the sample of check_llm."""
    quotes = (
        "Dropout switches off random neurons",
        "works against overfitting",
        "",
        "all neurons are active",
    )
    right = {
        text: (verdict, quote)
        for (text, _), verdict, quote in zip(
            check_llm.POINTS, check_llm.EXPECTED, quotes, strict=True
        )
    }
    claims = []
    for number, text in asked(body).passages.items():
        verdict, quote = right.get(text, ("missed", ""))
        claims.append({"passage": number, "verdict": verdict, "evidence": quote})
    handler.stream(reply(claims))


class TestCheckLlm:
    def test_it_says_what_the_server_supports(self, examiner):
        examiner.behave = careful
        out, _ = run("check_llm")
        assert examiner.url in out and "key     set" in out and KEY not in out
        assert "1; fake is listed" in out
        for name in ("JSON schema with lengths", "JSON schema", "JSON mode", "plain text"):
            assert f"{name:24} yes" in out
        assert out.count("4 of 4 verdicts as expected") == 4
        assert out.endswith("It will be asked in this way: schema\n")

    def test_what_it_does_not_support(self, examiner):
        def behave(handler, body):
            if "response_format" in body:
                handler.send(400, {"error": {"message": "response_format?"}})
            else:
                careful(handler, body)

        examiner.behave = behave
        out, _ = run("check_llm")
        assert "JSON schema              no: refused (HTTP 400)" in out
        assert out.endswith("It will be asked in this way: text\n")

    def test_a_model_that_says_yes_to_everything(self, examiner):
        examiner.behave = lambda h, b: h.stream(
            reply(
                [
                    {"passage": n, "verdict": "covered", "evidence": "Dropout"}
                    for n in asked(b).passages
                ]
            )
        )
        assert "claims what the answer does not say" in run("check_llm")[0]

    def test_a_model_that_cannot_do_it(self, examiner):
        examiner.behave = lambda h, _: h.stream("I like dropout.")
        with pytest.raises(CommandError, match="no reply that can be used"):
            run("check_llm")

    def test_a_name_that_the_server_does_not_list(self, examiner, settings):
        settings.VIVA_EXAMINER_MODEL = "fakk"
        examiner.behave = careful
        assert "fakk is NOT among those listed: fake" in run("check_llm")[0]

    def test_nobody_there(self, examiner, settings):
        settings.VIVA_EXAMINER_URL = "http://127.0.0.1:9/v1"
        with pytest.raises(CommandError, match="unreachable"):
            run("check_llm")

    def test_nothing_set_up(self, db):
        with pytest.raises(CommandError, match="VIVA_EXAMINER_URL"):
            run("check_llm")

    def test_half_set_up(self, examiner, settings):
        settings.VIVA_EXAMINER_MODEL = ""
        with pytest.raises(CommandError, match="VIVA_EXAMINER_MODEL is not"):
            run("check_llm")


class TestGradeAnswers:
    @pytest.fixture
    def grade(self, tmp_path, ready):
        def grade(*rows, examiner: str = "llm") -> tuple[list[dict], str]:
            source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
            source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
            _, err = run(
                "grade_answers", str(source), "--output", str(target), "--examiner", examiner
            )
            lines = target.read_text(encoding="utf-8").removesuffix("\n").split("\n")
            return [json.loads(line) for line in lines], err

        return grade

    def test_each_line_gets_the_examiners_opinion(self, grade, question, examiner):
        row = {"id": 7, "question": question.title, "answer": ANSWER}
        [first, second], err = grade(row, {**row, "answer": "随机的一句话。"})
        assert first["id"] == 7 and first["model"] == "fake-1"
        assert 0 < first["score"] <= 100 and second["score"] == 0
        said = [p for p in first["points"] if p["verdict"] == "covered"]
        assert said and all(e in ANSWER for p in said for e in p["evidence"])
        assert "graded 2 answers, 0 lines in error" in err

    def test_a_question_that_comes_with_its_reference(self, grade, examiner):
        [row], _ = grade(
            {"question": "什么？", "reference": "- 学习率决定步长。", "answer": ANSWER}
        )
        assert "error" not in row

    def test_a_line_without_an_opinion_is_named_and_the_rest_goes_on(
        self, grade, question, examiner
    ):
        def behave(handler, body):
            if "五百" in asked(body).answer:
                handler.send(500, {})
            else:
                handler.stream(reply(honest(body)))

        examiner.behave = behave
        row = {"question": question.title, "answer": ANSWER}
        rows, err = grade(
            row, {**row, "answer": "五百五百五百。"}, {"question": "没有的？", "answer": "x"}, row
        )
        assert [("error" in r) for r in rows] == [False, True, True, False]
        assert rows[1]["score"] == 0 and "server" in rows[1]["error"]
        assert "2 answers, 2 lines in error" in err

    def test_without_it_the_built_in_grader_grades(self, grade, question):
        [row], _ = grade({"question": question.title, "answer": ANSWER}, examiner="builtin")
        assert "semantic" in row and "model" not in row

    def test_without_an_examiner_it_says_so(self, grade, question):
        with pytest.raises(CommandError, match="VIVA_EXAMINER_URL"):
            grade({"question": question.title, "answer": ANSWER})


class TestServe:
    @pytest.fixture
    def started(self, monkeypatch, tmp_path):
        started: list[list[str]] = []
        monkeypatch.setattr("os.execv", lambda _program, arguments: started.append(arguments))
        monkeypatch.setattr("os.chdir", lambda _folder: None)
        monkeypatch.setattr(serve, "CONTENT", tmp_path)
        (tmp_path / "a.md").write_text("## 什么是早停？\n\n验证集不再变好时停止训练。\n")
        return started

    def test_without_an_examiner_the_server_alone(self, started):
        run("serve", "--port", str(free_port()))
        [command] = started
        assert command[:3] == [sys.executable, "-m", "gunicorn"]
        assert "examiner_worker" not in command

    def test_with_one_both_under_one_roof(self, started, examiner):
        run("serve", "--port", str(free_port()))
        [command] = started
        assert command[:3] == [sys.executable, "-m", "interview.supervising"]
        cut = command.index("--")
        assert "examiner_worker" in command[:cut] and "gunicorn" in command[cut:]
        assert KEY not in " ".join(command)  # for every user of the machine to see
