"""The load generator: a real service, what is lost, and whose service it may be."""

from pathlib import Path

import pytest

from edu_widgets import cli
from edu_widgets.client.invites.parsing import parse_invite
from edu_widgets.load.crowd import run
from tests.service.harness import COURSE, serving


async def test_people_chat_and_everything_arrives(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        invite = parse_invite(f"{service.url}/{COURSE}?code={service.code}")
        found = await run(invite, people=3, seconds=0.2, messages=6)
    assert (found.people, found.sent, found.refused, found.lost) == (3, 6, 0, 0)
    assert len(found.acked) == 6
    assert len(found.delivered) == 6 * 2
    assert found.acked == sorted(found.acked)


async def test_what_is_over_the_limits_is_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.load.crowd.END_S", 0.5)
    async with serving(tmp_path) as service:
        invite = parse_invite(f"{service.url}/{COURSE}?code={service.code}")
        found = await run(invite, people=2, seconds=0.1, messages=30)
    assert found.refused == 10, "each may send ten in a minute"
    assert found.lost == 0


@pytest.mark.parametrize(
    ("host", "more"),
    [("class.example.org", []), ("class.example.org", ["--i-may-load", "other.example.org"])],
)
def test_somebody_elses_service_is_left_alone(
    host: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["load", f"https://{host}/py101?code=AAAAAAAA", *more]) == 2
    assert f"add --i-may-load {host}" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--people=201", "--seconds=601", "--messages=20001"])
def test_it_is_bounded(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["load", "http://127.0.0.1:1/py101?code=AAAAAAAA", option])
    assert "a whole number from 1 to" in capsys.readouterr().err
