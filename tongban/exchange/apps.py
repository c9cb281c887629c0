from importlib import import_module

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "tongban.exchange"
    label = "exchange"

    def ready(self) -> None:
        # What the nodes' exchanges ask of each other is handled in every process.
        import_module("tongban.exchange.pings")
        import_module("tongban.exchange.requests")
        import_module("tongban.exchange.editions")
        import_module("tongban.exchange.expiring")
        import_module("tongban.exchange.shared_chains")
        import_module("tongban.exchange.reconciling")
