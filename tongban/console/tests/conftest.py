from tongban.local.tests.conftest import enterable_folder
from tongban.worker.tests.conftest import _broker_process, broker_process

__all__ = ["_broker_process", "broker_process", "enterable_folder"]
