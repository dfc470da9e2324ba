"""What JupyterHub tells a service in its environment, and the address that follows from it."""

import argparse

import pytest

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import addresses, serve
from edu_widgets.service.jupyterhub.api import HubApi
from edu_widgets.service.jupyterhub.environment import hub_service
from edu_widgets.service.jupyterhub.groups import GroupRule
from edu_widgets.service.options import Options

MANAGED = {
    "JUPYTERHUB_SERVICE_NAME": "class",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:8765",
    "JUPYTERHUB_SERVICE_PREFIX": "/services/class/",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
    "JUPYTERHUB_API_TOKEN": "the service's own",
    "JUPYTERHUB_BASE_URL": "/",
    "JUPYTERHUB_HOST": "",
    "JUPYTERHUB_USER": "",
    "JUPYTERHUB_PUBLIC_URL": "",
    "JUPYTERHUB_PUBLIC_HUB_URL": "",
}


def address_of(environ: dict[str, str], *arguments: str | None) -> addresses.Address:
    found = hub_service(environ)
    assert found is not None
    asked, bind = (*arguments, None, None)[:2]
    return found.over(addresses.address(asked, bind), bind)


def test_a_server_of_a_person_is_no_service() -> None:
    server = {"JUPYTERHUB_USER": "ada", "JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}
    assert hub_service(server) is None
    assert hub_service({}) is None


def test_address_port_and_prefix_follow_from_it() -> None:
    found = hub_service(MANAGED)
    assert found is not None
    assert (found.name, found.bind, found.port) == ("class", "127.0.0.1", 8765)
    assert found.api_url == "http://127.0.0.1:8081/hub/api"
    made = address_of(MANAGED)
    assert made.prefix == "/services/class"
    assert made.base_url(8765) == "http://127.0.0.1:8765/services/class"
    assert {"localhost", "127.0.0.1", "proxy-public"} <= made.hosts
    assert made.reach == (
        "Everybody who can open this JupyterHub can reach it, at /services/class/."
    )
    assert made.proxies == addresses.HERE
    assert "the service's own" not in repr((found, made))


def test_the_public_url_and_every_name_of_the_hub_count() -> None:
    environ = MANAGED | {
        "JUPYTERHUB_BASE_URL": "/jupyter/",
        "JUPYTERHUB_SERVICE_PREFIX": "/jupyter/services/class/",
        "JUPYTERHUB_SERVICE_URL": "http://10.0.0.7:9000",
        "JUPYTERHUB_API_URL": "http://hub:8081/jupyter/hub/api",
        "JUPYTERHUB_PUBLIC_URL": "https://Hub.example.org/jupyter/services/class/",
        "JUPYTERHUB_PUBLIC_HUB_URL": "https://hub.example.org/jupyter/hub/",
        "JUPYTERHUB_HOST": "https://campus.example.org",
    }
    made = address_of(environ)
    assert made.base_url(9000) == "https://Hub.example.org/jupyter/services/class"
    assert made.prefix == "/jupyter/services/class"
    assert made.bind == "10.0.0.7"
    names = {"hub", "hub.example.org", "campus.example.org", "10.0.0.7", "proxy-public"}
    assert names <= made.hosts


def test_options_count_before_it_and_the_prefix_stays() -> None:
    made = address_of(MANAGED, "https://class.example.org/services/class", "0.0.0.0")
    assert made.bind == "0.0.0.0"
    assert made.base_url(1) == "https://class.example.org/services/class"
    assert made.prefix == "/services/class"
    assert {"class.example.org", "proxy-public"} <= made.hosts


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("JUPYTERHUB_API_URL", "", "JUPYTERHUB_API_URL"),
        ("JUPYTERHUB_SERVICE_URL", "", "is missing"),
        ("JUPYTERHUB_SERVICE_URL", "http+unix://%2Frun%2Fclass.sock", "an IP address and a port"),
        ("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1", "an IP address and a port"),
        ("JUPYTERHUB_SERVICE_URL", "http://[::1", "an IP address and a port"),
        ("JUPYTERHUB_SERVICE_URL", "http://class.example.org:8765", "an IP address and"),
    ],
)
def test_what_is_missing_is_named(variable: str, value: str, part: str) -> None:
    with pytest.raises(InvalidArgument, match=part):
        hub_service(MANAGED | {variable: value})


def options(*arguments: str) -> Options:
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    common = ["--course", "py101", "--data", "x"]
    return serve.read_options(parser.parse_args([*common, *arguments]))


def test_serve_needs_neither_address_nor_port(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in MANAGED.items():
        monkeypatch.setenv(name, value)
    made = options("--instructors", "py101=teachers", "--instructors", "admins", "--host", "hub.x")
    assert made.port == 8765
    assert made.address.prefix == "/services/class"
    assert "hub.x" in made.address.hosts
    assert made.jupyterhub is not None
    asks, access = made.jupyterhub
    assert isinstance(asks, HubApi)
    assert access.instructors == [GroupRule("teachers", "py101"), GroupRule("admins")]
    with pytest.raises(InvalidArgument, match="ds200"):
        options("--students", "ds200=statistics")
    assert options("--port", "0").port == 0


def test_groups_of_a_hub_need_a_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTERHUB_SERVICE_NAME", raising=False)
    assert options().jupyterhub is None
    with pytest.raises(InvalidArgument, match="JupyterHub"):
        options("--instructors", "teachers")


def test_the_names_of_hosts_are_checked() -> None:
    assert "other.example.org" in addresses.address(None, hosts=["Other.example.org"]).hosts
    for wrong in ("", "a b", "http://x", "x:80y", "x/y"):
        with pytest.raises(InvalidArgument, match="--host"):
            addresses.address(None, hosts=[wrong])
