from typing import Any

from django.apps import AppConfig


class GuidanceConfig(AppConfig):
    name = "tongban.guidance"
    label = "guidance"

    def ready(self) -> None:
        """Look at names again whenever the lists are renewed or a place writes its own."""
        from django.db.models.signals import post_save

        from tongban.catalogue.models import Implementation
        from tongban.catalogue.operations import renewing, writing
        from tongban.guidance import operations

        renewing.after_renewal(operations.index_items)
        writing.after_rows(operations.index_implementations)
        post_save.connect(_saved, sender=Implementation, dispatch_uid="guidance.names")


def _saved(instance: Any, **_more: Any) -> None:
    from functools import partial

    from django.db import transaction

    from tongban.guidance import operations

    # What was published stays published, whatever becomes of the search.
    transaction.on_commit(partial(operations.index_implementations, [instance.pk]), robust=True)
