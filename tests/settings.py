"""The site's settings with a scratch data directory and the small deterministic encoder."""

import os
import tempfile

for _name in [name for name in os.environ if name.startswith("VIVA_")]:
    if not _name.startswith("VIVA_TEST_"):
        del os.environ[_name]
os.environ["VIVA_DATA_DIR"] = tempfile.mkdtemp(prefix="viva-tests-")
os.environ["VIVA_ENCODER"] = "tests.encoders:HashEncoder"
os.environ["VIVA_ENTAILMENT"] = "off"
# VIVA_TEST_POSTGRES=1 runs the tests on a PostgreSQL of their own, an address on the one that it names.
if _postgres := os.environ.get("VIVA_TEST_POSTGRES", ""):
    if _postgres == "1":
        from tests.postgres import start

        _postgres = os.environ["VIVA_TEST_POSTGRES"] = start().get_uri()  # for subprocesses too
    os.environ["VIVA_DATABASE_URL"] = _postgres
# Browser tests call Django from a thread in which Playwright runs an event loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from interview.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
