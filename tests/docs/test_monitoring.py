"""The dashboard and the alerts name only metrics that the service has, with labels they have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import Metric

from edu_widgets.service.metrics import Metrics
from tests.conftest import ROOT

FOLDER = ROOT / "docs/monitoring"
PROMETHEUS = {"up"}
"""Metrics that Prometheus itself has of each service."""

_SELECTED = re.compile(r"\b([a-z][a-z0-9_]*)\{([^}]*)\}|\b(edu_widgets_[a-z0-9_]+)")
_GROUPED = re.compile(r"\bby \(([^)]*)\)")


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    return found


def alerts() -> list[dict[str, Any]]:
    told = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for rule in alerts():
        yield rule["alert"], rule["expr"]


@pytest.fixture(scope="module")
def there() -> dict[str, set[str]]:
    """The names that Prometheus reads, and the labels of each."""
    metrics = Metrics()
    found: dict[str, set[str]] = {name: set() for name in PROMETHEUS}
    for made in vars(metrics).values():
        for metric in made.describe() if hasattr(made, "describe") else ():
            assert isinstance(metric, Metric)
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            found[name] = set(made._labelnames)
    return found


@pytest.mark.parametrize(("title", "expr"), list(expressions()))
def test_what_is_asked_for_is_there(title: str, expr: str, there: dict[str, set[str]]) -> None:
    assert expr.count("(") == expr.count(")"), title
    selected = [(a or c, b) for a, b, c in _SELECTED.findall(expr)]
    assert selected, f"{title} asks for no metric"
    labels = {"instance", "job"}
    for name, chosen in selected:
        assert name in there, f"{title}: there is no {name}"
        labels |= there[name]
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen):
            assert label in labels, f"{title}: {name} has no label {label}"
    for group in _GROUPED.findall(expr):
        assert {label.strip() for label in group.split(",")} <= labels, title


def test_every_metric_is_on_the_dashboard(there: dict[str, set[str]]) -> None:
    shown = " ".join(t["expr"] for p in dashboard()["panels"] for t in p["targets"])
    assert {name for name in there if name not in shown} <= PROMETHEUS


def test_each_alert_says_what_to_do() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"].keys() == {"summary", "action"}
        labels = re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values()))
        assert all(label in rule["expr"] or label == "instance" for label in labels), rule["alert"]
