"""Settings: tokens, which are never said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from edu_widgets import cli, configuration
from edu_widgets.configuration import sources
from edu_widgets.protocol.errors import InvalidArgument
from tests.configuration.conftest import TOKEN, Write, refused


def test_a_token_shows_nowhere(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(f"c.EduWidgets.token = {TOKEN!r}")
    found = configuration.load()
    assert found.token_source()() == TOKEN
    assert cli.main(["config"]) == 0
    listed = capsys.readouterr().out
    shown = f"{found!r} {found.edu!r} {list(sources.from_files())} {listed}"
    assert "token=set" in shown
    assert TOKEN not in shown
    path.unlink()
    monkeypatch.setenv("EDU_WIDGETS_TOKEN", TOKEN + "é")
    assert TOKEN not in refused()
    monkeypatch.delenv("EDU_WIDGETS_TOKEN")
    for wrong in ("tokenFile", "dataDir", "tokn"):
        assert TOKEN not in refused(config={"EduWidgets": {wrong: TOKEN}}), wrong
    for place in ("url", "heartbeatInterval"):
        address = f"ws//ada:{TOKEN}@x?token={TOKEN}"
        if place == "url":
            assert TOKEN not in refused(config={"WebSocket": {place: address}})
    assert TOKEN not in refused(config={"Sse": {"endpoint": f"x?token={TOKEN}"}})


@pytest.mark.parametrize("secret", ["token", "invite"])
def test_a_file_that_fails_over_its_token_does_not_tell_it(write: Write, secret: str) -> None:
    path = write(f"c.EduWidgets.{secret} = int({TOKEN!r})")
    with pytest.raises(InvalidArgument) as raised:
        configuration.load()
    assert str(raised.value) == f"{path}, line 1: it fails with ValueError."
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None, "a traceback would show the file's line"


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
@pytest.mark.parametrize("ending", [".py", ".json"])
def test_a_token_in_a_file_that_all_can_read_gets_a_warning(write: Write, ending: str) -> None:
    python = f"c.EduWidgets.token = {TOKEN!r}"
    as_json = json.dumps({"EduWidgets": {"token": TOKEN}})
    path = write(python if ending == ".py" else as_json, ending=ending)
    configuration.load()
    path.chmod(0o644)
    with pytest.warns(UserWarning, match=f"chmod 600 '{path}'") as warned:
        configuration.load()
    assert TOKEN not in str(warned[0].message)
    write("c.WebSocket.url = 'ws://x'" if ending == ".py" else "{}", ending=ending).chmod(0o644)
    configuration.load()


def test_a_token_file_is_read_anew_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    path.chmod(0o600)
    source = configuration.load(config={"EduWidgets": {"tokenFile": str(path)}}).token_source()
    assert source() == "first"
    path.write_text("second\n")
    assert source() == "second"
    path.chmod(0o644)
    if os.name != "nt":
        with pytest.warns(UserWarning, match="chmod 600"):
            configuration.load(config={"EduWidgets": {"tokenFile": str(path)}}).token_source()
    path.write_text("two\nlines\n")
    with pytest.raises(InvalidArgument, match="it holds no token") as raised:
        source()
    assert "lines\n" not in str(raised.value)
    path.unlink()
    with pytest.raises(InvalidArgument, match=r"tokenFile in config=…: .*no such file"):
        source()


def test_of_token_and_token_file_the_nearer_counts(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("of-the-file")
    file.chmod(0o600)

    def now(keywords: dict[str, str | None] | None = None) -> str:
        return configuration.load(keywords).token_source()()

    write(f"c.EduWidgets.tokenFile = {str(file)!r}", "system")
    write("c.EduWidgets.token = 'of-the-user'")
    assert now() == "of-the-user"
    monkeypatch.setenv("EDU_WIDGETS_TOKEN_FILE", str(file))
    assert now() == "of-the-file"
    assert now({"token": "of-the-call"}) == "of-the-call"
    monkeypatch.setenv("EDU_WIDGETS_TOKEN", "both")
    with pytest.raises(InvalidArgument, match="set one of the two"):
        now()
