"""connect, join and host on a server of JupyterHub; and where the server's token never goes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.client import jupyterhub
from edu_widgets.client.jupyterhub import service_address
from edu_widgets.protocol.errors import (
    Forbidden,
    InvalidArgument,
    Refused,
    ServiceUnavailable,
    Unauthorized,
)
from tests.client.network import Network
from tests.client.test_course import say, texts
from tests.hosting import leave_lessons
from tests.inside import client_of
from tests.service.jupyterhub.double import Hub, token, user
from tests.service.jupyterhub.running import HubClass
from tests.waiting import PATIENCE, wait_until

SERVICE = "http://127.0.0.1:8000/services/class"


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(folders.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(jupyterhub, "_last", {})
    yield
    leave_lessons()


@pytest.fixture
def hub() -> Hub:
    made = Hub()
    made.knows(user("ada"))
    made.knows(user("mira", "teachers"))
    return made


@pytest.fixture
def service(tmp_path: Path, hub: Hub) -> Iterator[HubClass]:
    with HubClass(tmp_path / "service", hub) as running:
        yield running


def log_in(
    monkeypatch: pytest.MonkeyPatch, service: HubClass, name: str, port: int | None = None
) -> None:
    for variable, value in service.environment(name, port).items():
        monkeypatch.setenv(variable, value)


# -- who enters ------------------------------------------------------------------------------


def test_connect_without_an_argument_is_the_hubs_user(
    service: HubClass, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log_in(monkeypatch, service, "ada")
    lesson = edu.connect().wait_connected(PATIENCE)
    assert (lesson.course, lesson.user.user_id, lesson.user.name) == ("py101", "ada", "ada")
    assert lesson.user.role == "student"
    assert edu.connect() is edu.join() is lesson
    say(client_of(lesson), "Hello from my own server.").wait(PATIENCE)
    with pytest.raises(Forbidden, match="where you are a student"):
        edu.host("py101")
    assert not (tmp_path / "data" / "services").exists()
    shown = f"{lesson!r} {lesson._repr_html_()} {lesson.status()!r} {vars(client_of(lesson))}"
    assert token("ada") not in shown
    assert "edu.connect()" in client_of(lesson).entrance.call


def test_an_instructor_hosts_where_the_class_is(
    service: HubClass, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log_in(monkeypatch, service, "mira")
    lesson = edu.host("py101").wait_connected(PATIENCE)
    assert (lesson.user.user_id, lesson.user.role) == ("mira", "instructor")
    wait_until(
        lambda: "staff:py101" in client_of(lesson)._membership.mirrors, "the staff's channel"
    )
    assert edu.connect() is lesson
    assert not (tmp_path / "data" / "services").exists()
    with pytest.raises(InvalidArgument, match="its groups say who may enter"):
        edu.host("py101", roster=["Ada"])


def test_with_several_courses_one_is_named(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HubClass(tmp_path / "service", hub, ("py101", "ds200")) as service:
        log_in(monkeypatch, service, "ada")
        with pytest.raises(InvalidArgument, match="one of ds200, py101"):
            edu.connect()
        with pytest.raises(Forbidden, match="not into bio1"):
            edu.connect(course="bio1")
        lesson = edu.connect(course="ds200").wait_connected(PATIENCE)
        assert lesson.course == "ds200"
        assert client_of(lesson).entrance.call == 'edu.connect(course="ds200")'
        leave_lessons()


def test_where_no_websocket_gets_through_it_is_the_same_person(
    service: HubClass, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Network(service.port) as network:
        network.upgrade = 403
        log_in(monkeypatch, service, "ada", network.port)
        lesson = edu.connect().wait_connected(PATIENCE)
        assert lesson.status().transport == "event stream"
        say(client_of(lesson), "By another way.").wait(PATIENCE)
        wait_until(lambda: texts(client_of(lesson)) == ["By another way."], "it is there")
        leave_lessons()
        assert not any(token("ada") in line for line in network.asked)


# -- what goes wrong ----------------------------------------------------------------------------


def test_a_hub_with_its_default_roles_is_told_what_is_missing(
    service: HubClass, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.knows(user("ada", scopes=("access:servers!server=ada/",)))
    log_in(monkeypatch, service, "ada")
    with pytest.raises(Forbidden, match=r"c\.Spawner\.server_token_scopes"):
        edu.connect()


def test_a_token_that_was_taken_away_is_told(
    service: HubClass, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.people.clear()
    log_in(monkeypatch, service, "ada")
    with pytest.raises(Unauthorized, match="JupyterHub does not know"):
        edu.connect()
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN")
    with pytest.raises(InvalidArgument, match="no server of a JupyterHub"):
        edu.connect()


def test_a_hub_that_is_away_is_told_and_an_open_lesson_goes_on(
    service: HubClass, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(monkeypatch, service, "ada")
    lesson = edu.connect().wait_connected(PATIENCE)
    hub.down = True
    people = service.server.hub_people
    assert people is not None
    service.call(people.forget, "ada")
    assert edu.connect() is lesson
    log_in(monkeypatch, service, "mira")
    monkeypatch.setattr(jupyterhub, "_last", {})
    with pytest.raises(Refused, match="JupyterHub does not answer"):
        edu.connect()


def test_a_hub_without_the_service_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Network(1) as nothing:
        nothing.upgrade = nothing.events = nothing.polls = "pass"
        monkeypatch.setattr(nothing, "_deed", lambda *_: 404)
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token("ada"))
        monkeypatch.setenv("EDU_WIDGETS_HUB_SERVICE", f"{nothing.base}/services/class/")
        with pytest.raises(ServiceUnavailable, match=r"has nothing of edu-widgets at /services/"):
            edu.connect()


# -- where the token never goes ------------------------------------------------------------------


def test_no_other_address_gets_the_token(
    service: HubClass, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log_in(monkeypatch, service, "ada")
    with Network(service.port) as other, caplog.at_level(logging.DEBUG):
        with pytest.raises(InvalidArgument, match="connect"):
            edu.connect(url=f"{other.base}/services/class", course="py101")
        with pytest.raises(InvalidArgument, match="config=…"):
            edu.connect(config={"EduWidgets": {"hubService": f"{other.base}/services/class"}})
        with pytest.raises(InvalidArgument, match="config=…"):
            edu.join(config={"EduWidgets": {"hubService": f"{other.base}/services/class"}})
        assert other.asked == []
        edu.connect().wait_connected(PATIENCE)
    assert token("ada") not in caplog.text


HUB = {
    "JUPYTERHUB_API_URL": "http://hub:8081/hub/api",
    "JUPYTERHUB_BASE_URL": "/jupyter/",
    "JUPYTERHUB_PUBLIC_HUB_URL": "https://hub.example.org/jupyter/hub/",
}


@pytest.mark.parametrize(
    ("service", "address"),
    [
        ("class", "https://hub.example.org/jupyter/services/class"),
        (
            "https://hub.example.org/jupyter/services/class/",
            "https://hub.example.org/jupyter/services/class",
        ),
        (
            "http://proxy-public/jupyter/services/class",
            "http://proxy-public/jupyter/services/class",
        ),
        ("http://10.1.2.3/jupyter/services/class", "http://10.1.2.3/jupyter/services/class"),
        ("http://hub:80/jupyter/services/class", "http://hub:80/jupyter/services/class"),
    ],
)
def test_the_address_is_that_of_a_service_of_the_hub(service: str, address: str) -> None:
    assert service_address(service, HUB) == address


@pytest.mark.parametrize(
    ("service", "part"),
    [
        ("https://hub.example.org/jupyter/user/eve/proxy/8000", "the name of a service"),
        ("https://hub.example.org/jupyter/user/eve/proxy/8000/services/class", "not below"),
        ("https://hub.example.org/jupyter/services/class/x", "the name of a service"),
        ("https://hub.example.org/services/class", "not below"),
        ("https://hub.example.org/jupyter/services/class?x=1", "the name of a service"),
        ("https://eve@hub.example.org/jupyter/services/class", "the name of a service"),
        ("https://hub.example.org/jupyter/../services/class", "not below"),
        ("ftp://hub.example.org/jupyter/services/class", "the name of a service"),
        ("https://[::1/jupyter/services/class", "the name of a service"),
        ("http://hub.example.org/jupyter/services/class", "begin with https"),
        ("http://8.8.8.8/jupyter/services/class", "begin with https"),
    ],
)
def test_what_is_none_is_refused(service: str, part: str) -> None:
    with pytest.raises(InvalidArgument, match=part):
        service_address(service, HUB)


def test_a_name_needs_a_hub_that_says_its_address() -> None:
    with pytest.raises(InvalidArgument, match="public_url"):
        service_address("class", HUB | {"JUPYTERHUB_PUBLIC_HUB_URL": ""})


def test_no_proxy_reads_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    inside = "http://proxy-public/jupyter/services/class"
    with pytest.raises(InvalidArgument, match="no_proxy"):
        service_address(inside, HUB)
    monkeypatch.setenv("no_proxy", "proxy-public")
    assert service_address(inside, HUB) == inside
    assert service_address("class", HUB).startswith("https://")


@pytest.mark.parametrize("value", ["class 1", "services/class", "http://x", "", "ä"])
def test_the_setting_has_one_of_two_forms(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDU_WIDGETS_HUB_SERVICE", value)
    if not value:
        with pytest.raises(InvalidArgument, match="connect"):
            edu.connect()
        return
    with pytest.raises(InvalidArgument, match="the name of a service of JupyterHub"):
        edu.connect()
