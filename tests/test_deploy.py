"""The examples in deploy/ name what is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_docs import settings_in_code

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"


def test_the_environment_names_settings_that_exist():
    named = set(re.findall(r"\b(VIVA_[A-Z_]+)=", (DEPLOY / "viva.env").read_text()))
    assert named
    assert named <= settings_in_code()


def test_gunicorn_reads_its_configuration():
    pytest.importorskip("gunicorn")
    from gunicorn.app.wsgiapp import WSGIApplication

    class Application(WSGIApplication):
        def load_default_config(self):
            super().load_default_config()
            self.load_config_from_file(str(DEPLOY / "gunicorn.conf.py"))

        def load_config(self):
            pass

    found = Application(prog="viva").cfg
    assert (found.workers, found.threads, found.preload_app) == (1, 8, False)


@pytest.mark.parametrize("unit", ["viva.service", "viva-worker.service"])
def test_units_run_commands_that_exist(unit):
    text = (DEPLOY / unit).read_text()
    commands = re.findall(r"^Exec\w+=/opt/viva/.venv/bin/python (.+)$", text, re.MULTILINE)
    root = DEPLOY.parent
    for command in commands:
        words = command.split()
        if words[0] == "manage.py":
            rooms = root.glob(f"*/management/commands/{words[1]}.py")
            assert list(rooms), command
        else:
            assert (root / words[3]).is_file(), command
    assert commands


def test_nginx_accepts_its_example(tmp_path):
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=viva"]  # noqa: RUF005
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"/etc/ssl/certs/\S+(?=;)", str(certificate), site)
    site = re.sub(r"/etc/ssl/private/\S+(?=;)", str(key), site)
    (tmp_path / "site.conf").write_text(site)
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(whole)
    done = subprocess.run(
        [nginx, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
