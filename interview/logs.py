"""Log lines as JSON, for machines that collect them, and what error pages of a developer leave out.
What people typed is never logged by the site."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re

from django.views.debug import SafeExceptionReporterFilter


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        status = getattr(record, "status_code", None)
        if status is not None:
            line["status"] = status
        return json.dumps(line, ensure_ascii=False)


class ReporterFilter(SafeExceptionReporterFilter):
    """Addresses are left out of VIVA_DEBUG's error pages as keys are: one may carry a password."""

    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern + "|DATABASE|EXAMINER", re.IGNORECASE
    )
