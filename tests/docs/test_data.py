"""The documentation's blocks that are no cells: commands, settings, questions, frames."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import crossplane
import pglast
import pytest
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from edu_widgets import configuration
from edu_widgets.configuration.sources import from_environment
from edu_widgets.polls import files
from edu_widgets.progress import files as exercises
from edu_widgets.protocol import REGISTRY, envelope
from edu_widgets.service import config as service_config
from tests.conftest import ROOT
from tests.docs import commands
from tests.docs.blocks import BLOCKS, Block, is_cell
from tests.redis_server import RedisServer

Patch = pytest.MonkeyPatch


@pytest.mark.parametrize("block", [b for b in BLOCKS if not is_cell(b)], ids=str)
def test_it_is_what_it_is_for(block: Block, tmp_path: Path, monkeypatch: Patch) -> None:
    assert block.language in CHECKS, f"{block}: no check of {block.language!r} in {__name__}"
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    CHECKS[block.language](block.text, monkeypatch)


def shell(text: str, monkeypatch: Patch) -> None:
    """Commands are there, and take these options; variables are settings."""
    commands.check(text)
    settings = re.findall(r"^(EDU_WIDGETS_\w+)='?(.*?)'?$", text, re.MULTILINE)
    for variable, value in settings:
        monkeypatch.setenv(variable, value)
    assert len(list(from_environment())) == len(settings)
    configuration.load()


def config_file(text: str, patch: Patch) -> None:
    """A file that Jupyter or JupyterHub runs: every name in it is a setting."""
    path = Path("jupyter_edu_widgets_config.py")
    path.write_text(text, "utf-8")
    written: Config = PyFileConfigLoader(path.name, path=".").load_config()
    hub = written.pop("JupyterHub", None)
    if hub is not None:
        environment = written.pop("Spawner", Config()).get("environment", {})
        assert written.keys() <= {"Authenticator"}
        for service in hub.services:
            commands.check_words(service.get("command", []))
        for variable, value in environment.items():
            patch.setenv(variable, value)
        assert len(list(from_environment())) == len(environment)
    else:
        in_force(written)


def json_data(text: str, _: Patch) -> None:
    """A frame of the protocol, or a configuration file of Jupyter's."""
    told = json.loads(text)
    if "type" in told:
        frame = envelope.decode(text)
        kinds = [REGISTRY.commands.get(frame.type), *REGISTRY.frames.values()]
        (kind,) = {kind for kind in kinds if kind is not None and kind.name == frame.type}
        envelope.decode_data(frame, kind.data)
    else:
        Path("jupyter_edu_widgets_config.json").write_text(text, "utf-8")
        in_force(told)


def in_force(written: dict[str, dict[str, object]]) -> None:
    """See that what is written in a file in this folder is what the settings are now."""
    assert written
    named = configuration.load()
    for section, settings in written.items():
        group = {"WebSocket": "websocket", "EduWidgets": "edu"}.get(section, section.lower())
        for name, value in settings.items():
            now = getattr(getattr(named, group), name)
            assert now == value or (isinstance(value, dict) and value.items() <= now.items())


def questions(name: str, mark: str) -> Callable[[str, Patch], None]:
    """A file of questions or exercises; `mark` stands before each."""

    def check(text: str, _: Patch) -> None:
        Path(name).write_text(text, "utf-8")
        load = exercises.load if re.search(r"^name:", text, re.MULTILINE) else files.load
        assert len(load(name)) == len(re.findall(mark, text, re.MULTILINE))

    return check


def of_bell(text: str, _: Patch) -> None:
    """A file of the feature that docs/extending.md makes: its tests run it."""
    package = ROOT / "tests" / "bell" / "package"
    assert text in [path.read_text("utf-8") for path in package.rglob("*.*") if path.is_file()]


def toml(text: str, patch: Patch) -> None:
    """The file for `edu-widgets serve --config`, or the bell's project."""
    if "[project]" in text:
        of_bell(text, patch)
        return
    Path("channels.toml").write_text(text, "utf-8")
    service_config.load(Path("channels.toml"))


def redis(text: str, _: Patch) -> None:
    """A redis-server starts with these lines, and keeps to each."""
    settings = [line.split(maxsplit=1) for line in text.splitlines()]
    server = RedisServer(
        Path("redis"), *(w for name, value in settings for w in (f"--{name}", value))
    )
    server.start()
    try:
        with server.client() as client:
            assert all(client.config_get(name)[name] == value for name, value in settings)
    finally:
        server.close()


def nginx(text: str, _: Patch) -> None:
    """nginx knows every directive, at the place where it stands, with these arguments."""
    inside = f"server {{\n{text}\n}}" if text.lstrip().startswith("location") else text
    Path("nginx.conf").write_text(f"events {{}}\nhttp {{\n{inside}\n}}\n", "utf-8")
    parsed = crossplane.parse("nginx.conf", strict=True)
    assert parsed["status"] == "ok", parsed["errors"]


def sql(text: str, _: Patch) -> None:
    """PostgreSQL's own parser reads it."""
    assert pglast.parse_sql(text)


def unit(text: str, _: Patch) -> None:
    """A unit of systemd starts a command that is there."""
    started = re.findall(r"^Exec\w+=(.*(?:\\\n.*)*)", text, re.MULTILINE)
    assert started
    for line in started:
        program, _, arguments = line.replace("%i", "8765").partition(" ")
        commands.check(f"{program.rsplit('/', 1)[-1]} {arguments}")
    analyze = shutil.which("systemd-analyze")
    if analyze is not None:  # where there is a systemd, it reads the unit itself
        file = Path("edu-widgets@.service").absolute()
        file.write_text(re.sub(r"(?m)^(Exec\w+=)\S+", r"\1/bin/true", text), "utf-8")
        named = file.with_name("edu-widgets@8765.service") if "%i" in text else file
        named.write_text(file.read_text("utf-8"), "utf-8")
        command = [analyze, "verify", str(named)]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        wrong = [line for line in checked.stderr.splitlines() if file.parent.as_posix() in line]
        assert not wrong


def drawing(text: str, _: Patch) -> None:
    """A picture made of characters, or a tree of folders: for people."""
    assert not text.isascii() or "/" in text


CHECKS: dict[str, Callable[[str, Patch], None]] = {
    "": drawing,
    "ini": unit,
    "js": of_bell,
    "json": json_data,
    "markdown": questions("questions.md", r"^---$|\A"),
    "nginx": nginx,
    "py": of_bell,
    "python": config_file,
    "redis": redis,
    "sh": shell,
    "sql": sql,
    "systemd": unit,
    "text": drawing,
    "toml": toml,
    "yaml": questions("questions.yaml", r"^ *- question:"),
}


def test_the_page_on_jupyterhub_shows_the_file_that_is_tried() -> None:
    file = (ROOT / "docs/jupyterhub_config.py").read_text("utf-8")
    (shown,) = [b.text for b in BLOCKS if b.page == "docs/jupyterhub.md" and not is_cell(b)][:1]
    assert file.endswith(shown)
    assert "get_config()" in file.removesuffix(shown)
