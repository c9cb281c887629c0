from django.apps import AppConfig
from django.forms import ChoiceField, Field
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "tongban.ui"
    label = "ui"

    def ready(self) -> None:
        """Let a form without words of its own say what to do, where Django speaks of variables."""
        Field.default_error_messages |= {
            "required": _("这一项要填"),
            "max_length": _("最多%(limit_value)d个字，请写短一些"),
        }
        ChoiceField.default_error_messages |= {"invalid_choice": _("从列出的里面选一项")}
