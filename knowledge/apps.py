from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = _("Question bank")

    def ready(self) -> None:
        from knowledge import checks  # noqa: F401  (registers the checks)
