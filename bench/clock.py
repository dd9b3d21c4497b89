"""A configuration of gunicorn's for bench.faults: the site's clock goes by as many seconds ahead (or
behind) as the file says that BENCH_CLOCK names."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any


def post_worker_init(_worker: Any) -> None:
    from django.utils import timezone

    real = timezone.now
    file = Path(os.environ["BENCH_CLOCK"])
    timezone.now = lambda: real() + dt.timedelta(seconds=float(file.read_text()))
