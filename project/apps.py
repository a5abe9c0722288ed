from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        # The models are loaded after this module.
        from project import task_log  # noqa: PLC0415
        from project.lib.background import chores  # noqa: PLC0415
        from project.lib.server import checks  # noqa: F401, PLC0415

        chores.register(task_log.FORGETTING)
        # The library has names for itself and its rows in English only.
        library = apps.get_app_config("django_dramatiq")
        library.verbose_name = _("Background tasks")
        task = library.get_model("Task")._meta
        task.verbose_name, task.verbose_name_plural = _("task"), _("tasks")
