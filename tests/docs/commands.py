"""Checks of commands that the documentation shows: they are there, and take these options."""

import functools
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator

from edu_widgets import cli
from tests.conftest import ROOT

_BASE = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_SCRIPTS = json.loads((ROOT / "js/package.json").read_text("utf-8"))["scripts"]
_MODULES = (
    "build",
    "edu_widgets.configuration",
    "edu_widgets.protocol.export",
    "pip",
    "pytest",
    "tests.hosts",
    "venv",
)


def check(text: str) -> None:
    """See that every command of a shell block can be run as it stands.

    Raises:
        AssertionError: there is no such command, file or script, or option of another's.
        SystemExit: there is no such option of ours.
    """
    for words in commands(text):
        check_words(words)


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command: lines that go on are joined, `&&` and `;` divide."""
    for line in text.replace("\\\n", " ").splitlines():
        words: list[str] = []
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        for word in lexer:
            if word in ("&&", ";"):
                yield words
                words = []
            else:
                words.append(word)
        if words:
            yield words


def check_words(words: list[str]) -> None:
    """See that one command can be run.

    Raises:
        AssertionError: it cannot.
    """
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if not words:
        return
    program, arguments = re.sub(r"^[./][\w/-]+/bin/", "", words[0]), words[1:]
    assert program in _PROGRAMS, f"{program}: no check for it in {__name__}"
    _PROGRAMS[program](arguments)


def _edu_widgets(arguments: list[str]) -> None:
    cli.make_parser().parse_args(arguments)


def _python(arguments: list[str]) -> None:
    if arguments[:1] == ["-m"]:
        module, *rest = arguments[1:]
        assert module in _MODULES, f"python -m {module}: no check for it in {__name__}"
        if module == "pip":
            _pip(rest)
        else:
            _options(["-m", module], rest)
        if module == "pytest":
            _paths(rest)
    else:
        assert (ROOT / arguments[0]).is_file(), f"there is no {arguments[0]}"
        _options([str(ROOT / arguments[0])], arguments[1:])


def _pip(arguments: list[str]) -> None:
    subcommand, *rest = arguments
    _options(["-m", "pip", subcommand], rest)
    for one, following in zip(rest, [*rest[1:], ""], strict=True):
        if one in ("-c", "--constraint", "-r", "--requirement"):
            assert (ROOT / following).is_file(), f"there is no {following}"
        wanted = re.fullmatch(r"(?:\.|edu-widgets)\[(.*)\]", one)
        for extra in wanted[1].split(",") if wanted else ():
            assert extra in _BASE["optional-dependencies"], f"there is no extra {extra}"


def _paths(arguments: list[str]) -> None:
    for argument in arguments:
        if not argument.startswith("-"):
            assert (ROOT / argument).exists(), f"there is no {argument}"


def _options(program: list[str], arguments: list[str]) -> None:
    """See that what begins with a hyphen is in the help of a program of Python's."""
    for argument in arguments:
        if argument.startswith("-") and argument != "-":
            option = re.sub(r"^(-[a-z])\d+$", r"\1", argument.partition("=")[0])
            found = re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", _help(tuple(program)))
            assert found, f"{shlex.join(program)} has no option {option}"


@functools.cache
def _help(program: tuple[str, ...]) -> str:
    told = subprocess.run(
        [sys.executable, *program, "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return told.stdout


def _jupyterhub(arguments: list[str]) -> None:
    _options(["-m", "jupyterhub"], arguments)


def _npm(arguments: list[str]) -> None:
    script = arguments[1] if arguments[0] == "run" else arguments[0]
    assert script in {*_SCRIPTS, "ci"}, f"js/package.json has no script {script}"


def _npx(arguments: list[str]) -> None:
    packages = json.loads((ROOT / "js/package.json").read_text("utf-8"))["devDependencies"]
    assert arguments[0] in packages, f"js/package.json has no {arguments[0]}"


def _ci(arguments: list[str]) -> None:
    known = re.findall(r'"\$\{1:-\}" == (\w+)', (ROOT / ".ci/run").read_text("utf-8"))
    assert set(arguments[:1]) <= set(known), f".ci/run knows {known}"
    from tests.hosts.__main__ import HOSTS

    assert set(arguments[1:]) <= set(HOSTS), f"there are {list(HOSTS)}"


def _folder(arguments: list[str]) -> None:
    assert (ROOT / arguments[0]).is_dir(), f"there is no folder {arguments[0]}"


def _ruff(arguments: list[str]) -> None:
    _options(["-m", "ruff", arguments[0]], arguments[1:])


def _mkdocs(arguments: list[str]) -> None:
    _options(["-m", "mkdocs", arguments[0]], arguments[1:])


def _config_of_its_own(name: str) -> Callable[[list[str]], None]:
    """A check of a command without arguments; what it does stands in pyproject.toml."""

    def bare(arguments: list[str]) -> None:
        assert not arguments
        assert (ROOT / f"{sys.exec_prefix}/bin/{name}").exists(), f"{name} is not installed"

    return bare


_PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    ".ci/run": _ci,
    "cd": _folder,
    "edu-widgets": _edu_widgets,
    "jupyterhub": _jupyterhub,
    "lint-imports": _config_of_its_own("lint-imports"),
    "mkdocs": _mkdocs,
    "mypy": _config_of_its_own("mypy"),
    "npm": _npm,
    "npx": _npx,
    "pip": _pip,
    "python": _python,
    "python3": _python,
    "ruff": _ruff,
}
