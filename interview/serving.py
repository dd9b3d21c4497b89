"""What serves the site rather than a person: pictures of imported notes, and its state of health."""

from __future__ import annotations

import json
import sys
from pathlib import PurePosixPath

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousFileOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils._os import safe_join
from django.views import defaults
from django.views.decorators.http import require_GET, require_safe

from interview import grader
from knowledge import index
from knowledge.reading import IMAGES

# Not the machine's mime.types: where it does not know .webp the browser would refuse the picture.
IMAGE_TYPES = {suffix: f"image/{suffix[1:].replace('jpg', 'jpeg')}" for suffix in IMAGES}

# Seconds after which a request that found the database busy may be sent again.
RETRY_AFTER = 5


@login_required
@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """Pictures of imported notes. Only picture types are served, and never as anything else."""
    kind = IMAGE_TYPES.get(PurePosixPath(path).suffix.lower())
    if kind is None:
        raise Http404
    try:
        file = open(safe_join(settings.MEDIA_ROOT, path), "rb")  # noqa: SIM115  (the response closes it)
    except (OSError, ValueError, SuspiciousFileOperation) as error:
        raise Http404 from error
    return FileResponse(file, content_type=kind)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What a request that is refused as a whole becomes; one with too much in it is told so."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return HttpResponse(render_to_string("413.html"), status=413)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """What an error in any request becomes. A database that cannot write (too many in line, a full
    disk, gone for a moment) is told from a defect: nothing was stored, trying again may help."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return defaults.server_error(request)


@require_GET
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_GET
def readyz(_request: HttpRequest) -> HttpResponse:
    """Database, index and models are there: 200, or 503 with what is missing."""
    state = {"grader": grader.is_ready(), "index": index.is_prepared()}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        state["database"] = True
    except Exception:
        state["database"] = False
    return HttpResponse(
        json.dumps(state),
        status=200 if all(state.values()) else 503,
        content_type="application/json",
    )
