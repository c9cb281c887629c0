from tongban.worker.tests.conftest import _broker_process, broker_process

__all__ = ["_broker_process", "broker_process"]
