"""The command in this process, and what it printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edu_widgets import cli
from edu_widgets.client.transport import base, selection
from edu_widgets.doctor.findings import WIDTH
from tests.client.real_service import RealService

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy")


@dataclass(frozen=True)
class Told:
    """A table as people read it."""

    code: int
    text: str

    def of(self, what: str) -> str:
        """The finding about a subject: `note It has … -> Do …`."""
        rows = re.split(r"\n(?=(?:ok|note|no) )", self.text)
        for row in rows:
            mark, _, rest = row.partition(" ")
            if rest.lstrip().startswith(f"{what} "):
                said, _, _ = rest.lstrip().removeprefix(what).partition("\n\n")
                return " ".join([mark, *said.split()])
        raise AssertionError(f"nothing is said of {what} in:\n{self.text}")


Doctor = Callable[..., Told]


@pytest.fixture
def doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Doctor]:
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    def run(*arguments: str) -> Told:
        capsys.readouterr()
        code = cli.main(["doctor", *arguments])
        text = capsys.readouterr().out
        table = [line for line in text.splitlines() if "/" not in line]
        assert max(map(len, table)) <= WIDTH, text
        return Told(code, text)

    selection.forget()
    yield run
    selection.forget()
    base.forget_fronts()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RealService]:
    with RealService(tmp_path / "service") as running:
        yield running
