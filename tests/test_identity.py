"""Identities of services and people: over a change of address, and an upgrade."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.service import owner, state
from tests.hosting import leave_lessons
from tests.notebook.doubles import record_comms
from tests.waiting import PATIENCE, wait_until

EARLIER = Path(__file__).parent / "vectors" / "earlier-data.json"
"""The data folder that version 0.1.0 left before services had ids: Mira's lesson at 127.0.0.2, what
Ada and Mira wrote offline."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "data"
    monkeypatch.setenv(folders.VARIABLE, str(folder))
    record_comms(monkeypatch)
    yield folder
    leave_lessons()
    end_service()


def end_service() -> None:
    folder = folders.service_folder("py101")
    about = state.read(folder)
    if about is not None and owner.find(folder) is not None:
        os.kill(about.pid, signal.SIGTERM)
        wait_until(lambda: owner.find(folder) is None, "the service ends")


def restore_earlier(folder: Path) -> None:
    for name, content in json.loads(EARLIER.read_text("utf-8")).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if "sql" not in content:
            path.write_text(json.dumps(content))
            continue
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript("\n".join(content["sql"]))
            db.execute(f"PRAGMA user_version = {content['version']}")
            if name.startswith("outbox/"):  # after twelve hours what waits would wait for a yes
                db.execute("UPDATE command SET created = ?", (int(time.time() * 1000),))
                db.commit()


def texts(lesson: edu.Lesson) -> list[str]:
    return [message.content for message in lesson.chat.messages]


def test_at_another_address_one_is_the_same_and_what_was_written_is_sent(data: Path) -> None:
    host = edu.host("py101", name="Mira", address="127.0.0.2").wait_connected(PATIENCE)
    ada = edu.join(host.invite, name="Ada").wait_connected(PATIENCE)
    first = ada.chat.send("on day 1")
    first.wait(PATIENCE)
    me = ada.user
    end_service()
    wait_until(lambda: ada.status().state != "live", "it is gone")
    _ = ada.chat.send("on the way home")
    _ = host.chat.send("from the host")
    wait_until(lambda: ada.status().queued and host.status().queued, "both are kept")
    leave_lessons()
    # As on another computer: the folder is what there is of the service.
    service = folders.service_folder("py101")
    shutil.copytree(service, data / "copy")
    shutil.rmtree(service)
    (data / "copy").rename(service)
    host = edu.host("py101", name="Mira", address="127.0.0.3").wait_connected(PATIENCE)
    ada = edu.join(host.invite, name="Ada").wait_connected(PATIENCE)
    assert ada.user == me
    wait_until(lambda: len(texts(host)) == 3, "what was written offline is there")
    assert set(texts(host)) == {"on day 1", "on the way home", "from the host"}
    wait_until(lambda: len(texts(ada)) == 3, "to who wrote it, too")
    ada.chat.edit(ada.chat.messages[0], "corrected").wait(PATIENCE)


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.0.3"])
def test_what_an_earlier_version_kept_goes_on(data: Path, address: str) -> None:
    restore_earlier(data)
    [known] = [
        row
        for name, row in json.loads(EARLIER.read_text("utf-8")).items()
        if name.startswith("people/") and row["name"] == "Ada"
    ]
    host = edu.host("py101", address=address).wait_connected(PATIENCE)
    assert host.user.name == "Mira"
    ada = edu.join(host.invite, name="Ada").wait_connected(PATIENCE)
    assert (ada.user.user_id, ada.user.name) == (known["user_id"], "Ada")
    wait_until(lambda: len(texts(host)) == 5, "all is there, also what was written offline")
    assert set(texts(host)[3:]) == {"Mira, offline", "written on the way home, offline"}
    kept = [json.loads(path.read_text()) for path in (data / "people").iterdir()]
    assert {row["name"]: bool(row.get("service_id")) for row in kept} == {"Ada": True, "Bo": False}
    assert {row["secret"] for row in kept if row["name"] == "Ada"} == {known["secret"]}


def test_two_kernels_that_join_at_once_are_one_person(data: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from edu_widgets.client.invites import MembershipFiles, join, parse_invite

    host = edu.host("py101", name="Mira", rate_limits=False)
    invite, people = parse_invite(host.invite), MembershipFiles(data / "people")
    with ThreadPoolExecutor(6) as pool:
        joined = list(pool.map(lambda _: join(invite, "Ada", people)[0], range(6)))
    assert {(one.user_id, one.name) for one in joined} == {(joined[0].user_id, "Ada")}
