"""Metrics for Prometheus; each service has a registry of its own."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)

# `process_start_time` tells the start of the counters as well.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of `GET /metrics`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.members = Gauge("edu_widgets_members", "Connections now", registry=self.registry)
        self.store = Gauge(
            "edu_widgets_store_ok", "1 as long as what is sent is stored", registry=self.registry
        )
        self.store.set(1)
        self.rows = Gauge(
            "edu_widgets_rows", "Rows of the store's tables", ["table"], registry=self.registry
        )
        self.commits = Counter(
            "edu_widgets_commits", "Commands that changed something", registry=self.registry
        )
        self.commands = Counter(
            "edu_widgets_commands", "Commands by outcome", ["outcome"], registry=self.registry
        )
        self.stored = self.commands.labels("stored")
        self.refusals = Counter(
            "edu_widgets_refusals", "Refused requests by code", ["code"], registry=self.registry
        )
        self.held_back = Counter(
            "edu_widgets_held_back",
            "Frames, requests and reads that waited for a budget, by whose it was",
            ["budget"],
            registry=self.registry,
        )
        self.turned_away = Counter(
            "edu_widgets_turned_away",
            "Connections ended because too many had not proved whose they are",
            registry=self.registry,
        )
        self.jupyterhub = Counter(
            "edu_widgets_jupyterhub",
            "Questions to JupyterHub by outcome",
            ["outcome"],
            registry=self.registry,
        )

    def asked_jupyterhub(self, outcome: str) -> None:
        """Count a question to JupyterHub."""
        self.jupyterhub.labels(outcome).inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
