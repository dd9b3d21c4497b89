"""The site's settings with a scratch data directory and the small deterministic encoder."""

import os
import tempfile

for _name in [name for name in os.environ if name.startswith("VIVA_")]:
    if _name != "VIVA_TEST_DATABASE":
        del os.environ[_name]
os.environ["VIVA_DATA_DIR"] = tempfile.mkdtemp(prefix="viva-tests-")
os.environ["VIVA_ENCODER"] = "tests.encoders:HashEncoder"
os.environ["VIVA_ENTAILMENT"] = "off"
# Browser tests call Django from a thread in which Playwright runs an event loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from interview.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
