from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InterviewConfig(AppConfig):
    name = "interview"
    verbose_name = _("Interviews")

    def ready(self) -> None:
        from interview import checks  # noqa: F401  (registers the checks)
        from knowledge import refresh

        refresh.also_used.append(_background)


def _background() -> list[str]:
    from interview import grader  # only when it is asked for: it brings the whole grading along

    return grader.background_texts()
