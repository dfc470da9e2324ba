"""A server of JupyterHub: the way to the class's service, and who may enter it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.conftest import Doctor
from tests.service.jupyterhub.double import Hub, token, user
from tests.service.jupyterhub.running import HubClass


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def of_hub(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubClass]:
    """A class behind JupyterHub, from the server of Ada."""
    with HubClass(tmp_path / "service", hub) as running:
        for variable, value in running.environment("ada").items():
            monkeypatch.setenv(variable, value)
        yield running


@pytest.mark.usefixtures("of_hub")
def test_the_hubs_user_may_enter(doctor: Doctor, hub: Hub) -> None:
    hub.knows(user("ada"))
    told = doctor()
    assert told.code == 0
    assert told.of("Person") == "ok The token of your server of JupyterHub is accepted."
    assert told.of("WebSocket") == "ok It comes up and carries messages."
    assert token("ada") not in told.text


@pytest.mark.usefixtures("of_hub")
def test_a_missing_scope_is_named(doctor: Doctor, hub: Hub) -> None:
    hub.knows(user("ada", scopes=("access:servers!server=ada/",)))
    told = doctor()
    assert told.code == 1
    said = told.of("Person")
    assert said.startswith("no JupyterHub does not let your server use the service 'class'. -> In")
    assert "access:services!service=class" in said
    assert "c.Spawner.server_token_scopes" in said


@pytest.mark.usefixtures("of_hub")
def test_a_token_that_the_hub_does_not_know(doctor: Doctor, hub: Hub) -> None:
    hub.knows(user("bo"))  # this server's token is not known to the Hub
    told = doctor()
    assert told.code == 1
    assert told.of("Person").startswith("no ")
    assert "Join again with the invite" not in told.text
