"""The generated files are what the structs say now, and the structs say what they mean."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from edu_widgets.protocol import REGISTRY, Code, DocumentKind, FrameType, Registry, decode
from edu_widgets.protocol.envelope import OutEnvelope
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.export import COMMAND, descriptions, example, generate
from edu_widgets.protocol.export.__main__ import register_features
from edu_widgets.protocol.export.catalogue import Catalogue, Struct, fields
from edu_widgets.protocol.messages import Data
from edu_widgets.service import app, bodies, config, subscribe
from edu_widgets.service import dispatch as service_dispatch
from edu_widgets.service import store as service_store
from tests.conftest import ROOT

register_features()
CATALOGUE = Catalogue(REGISTRY)
STRUCTS: list[Struct] = [OutEnvelope, *CATALOGUE.structs()]
PAGE = (ROOT / "docs" / "protocol.md").read_text("utf-8")
SCHEMA = json.loads((ROOT / "docs" / "protocol.schema.json").read_text("utf-8"))
STEPS = list(example.steps(REGISTRY))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a Python of its own, where no test has registered anything."""
    command = [sys.executable, *COMMAND.split()[1:], *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


# -- drift ----------------------------------------------------------------------------


def test_generated_files_are_up_to_date() -> None:
    done = run("--check")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}Run: {COMMAND}"


def test_the_command_writes_what_is_missing_and_says_so(tmp_path: Path) -> None:
    assert run("--check", "--root", str(tmp_path)).returncode == 1
    assert not list(tmp_path.iterdir())
    written = run("--root", str(tmp_path))
    assert written.returncode == 0
    assert run("--check", "--root", str(tmp_path)).stdout == ""
    for line in written.stdout.splitlines():
        name = line.removesuffix(" written")
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


def test_every_feature_is_found() -> None:
    found = [manifest.name for manifest in register_features()]
    assert found == [
        "chat",
        "polls",
        "board",
        "cells",
        "stream",
        "presence",
        "progress",
        "notes",
        "notifications",
        "panel",
    ]


def test_nothing_ours_loads_the_exporter() -> None:
    code = (
        "import sys, edu_widgets.protocol.registry as r; print('export' in str(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# -- descriptions -----------------------------------------------------------------------


def assert_sentence(text: str, of: str) -> None:
    assert re.match(r"[A-Z`…]", text), f"{of}: {text!r} should begin as a sentence does"
    assert re.search(r"[.!?…]$", text), f"{of}: {text!r} should end as a sentence does"
    assert len(text.split()) >= 3, f"{of}: {text!r} says too little"


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda s: s.__name__)
def test_every_struct_and_field_is_described(struct: Struct) -> None:
    assert_sentence(descriptions.of_struct(struct), struct.__name__)
    for field in fields(struct):
        where = f"{struct.__name__}.{field.name} (write a string below the field)"
        assert_sentence(field.description, where)


@pytest.mark.parametrize("code", list(Code), ids=lambda c: c.name)
def test_every_code_is_described(code: Code) -> None:
    assert_sentence(code.meaning, code.name)
    assert f"| {code.value} | `{code.name}` | {code.meaning} |" in PAGE


def test_times_and_durations_name_their_unit() -> None:
    for struct in STRUCTS:
        for field in fields(struct):
            if re.search(r"timestamp|At$|After$|[a-z]Ms$", field.name):
                if isinstance(field.type, msgspec.inspect.BoolType | msgspec.inspect.StrType):
                    continue
                assert re.search(r"\bms\b", field.description), f"{struct.__name__}.{field.name}"


# -- names --------------------------------------------------------------------------------


def test_two_structs_of_one_name_are_refused() -> None:
    registry = Registry()
    for number in range(2):
        struct = msgspec.defstruct("Same", [("id", str)], bases=(Data,))
        registry.frame(FrameType(f"frame{number}", struct, "service"))
    with pytest.raises(InvalidArgument, match="SameData"):
        Catalogue(registry)


def test_a_document_and_a_message_may_be_called_alike() -> None:
    registry = Registry()
    body, data = (msgspec.defstruct("Vote", [("id", str)]) for _ in range(2))
    registry.document(DocumentKind("vote", body))
    registry.frame(FrameType("vote", data, "service"))
    names = Catalogue(registry).names
    assert (names[body], names[data]) == ("VoteBody", "VoteData")


# -- schema -------------------------------------------------------------------------------


@cache
def validator(definition: str = "") -> Any:
    validators = import_module("jsonschema").Draft202012Validator
    if not definition:
        validators.check_schema(SCHEMA)
        return validators(SCHEMA)
    schema = {**SCHEMA, "$ref": f"#/$defs/{definition}"}
    del schema["anyOf"]
    return validators(schema)


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.frame[9:22].decode())
def test_frames_of_the_example_fit_the_schema(step: example.Step) -> None:
    frame = json.loads(step.frame)
    validator().validate(frame)
    validator(f"{step.sender}.{frame['type']}").validate(frame)
    for doc in frame["data"].get("docs", ()):
        validator(f"document.{doc['kind']}").validate(doc)


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("service.changes", {"type": "changes", "channel": "c", "data": {"seq": 1}}),
        ("client.subscribe", {"type": "unsubscribe"}),
        ("Code", 4999),
        ("KeyedDocument", {"id": "a", "kind": "message", "born": 1.5, "seq": 2}),
        ("document.message", {"id": "a", "kind": "poll", "born": 1, "seq": 2}),
        ("document.message", {"id": "a", "kind": "message", "born": 1, "seq": 2, "body": {}}),
    ],
)
def test_the_schema_refuses(definition: str, value: object) -> None:
    assert not validator(definition).is_valid(value)


def test_the_schema_has_every_message_and_document() -> None:
    definitions = set(SCHEMA["$defs"])
    assert {f"client.{name}" for name in REGISTRY.commands} <= definitions
    assert {f"{m.sender}.{m.name}" for m in CATALOGUE.messages} <= definitions
    assert {f"document.{kind.name}" for kind in CATALOGUE.documents} <= definitions


# -- TypeScript ---------------------------------------------------------------------------


def test_typescript_has_no_any() -> None:
    code = re.sub(
        r"/\*.*?\*/|//.*", "", generate(REGISTRY, ())["js/src/protocol.ts"], flags=re.DOTALL
    )
    assert not re.search(r"\bany\b", code)


def test_typescript_is_strict_and_tells_frames_apart(
    node_modules: dict[str, str], tmp_path: Path
) -> None:
    tsc = ROOT / "js" / "node_modules" / ".bin" / "tsc"
    (tmp_path / "protocol.ts").write_text(generate(REGISTRY, ())["js/src/protocol.ts"], "utf-8")
    (tmp_path / "use.ts").write_text(USE, "utf-8")
    strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"]
    strict += ["--noUnusedLocals", "--verbatimModuleSyntax", "--isolatedModules"]
    target = ["--noEmit", "--target", "es2022", "--module", "esnext"]
    done = subprocess.run(
        [tsc, *strict, *target, "--moduleResolution", "bundler", "use.ts"],
        cwd=tmp_path,
        env=node_modules,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


USE = """
import { Code, type DocumentOf, type Frame, isRetry, type ServiceFrame } from "./protocol";

export function seq(frame: ServiceFrame): number {
  switch (frame.type) {
    case "changes":
      return frame.data.docs?.[0]?.seq ?? frame.data.seq;
    case "error":
      return isRetry(frame.data.code ?? 0) ? (frame.data.retryAfter ?? 0) : Code.FORBIDDEN;
    default:
      // @ts-expect-error: not every message has a seq
      return frame.data.seq;
  }
}

export const text = (doc: DocumentOf<"message">): string => doc.body?.content ?? "";
// @ts-expect-error: data of another message
export const wrong: Frame = { type: "ack", channel: "", data: {}, timestamp: 0, messageId: "" };
export const code: Code = Code.RATE_LIMITED;
// @ts-expect-error: no such code
export const none: Code = 4499;
"""

# -- the page -----------------------------------------------------------------------------


def test_nothing_of_the_template_is_left_open() -> None:
    assert "{{" not in PAGE


def test_frames_on_the_page_are_those_of_the_example() -> None:
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert shown == [json.loads(step.frame) for step in STEPS]
    for step in STEPS:
        assert decode(step.frame).timestamp > 0


def test_links_on_the_page_lead_somewhere() -> None:
    headings = set(re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE))
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / "docs" / target).exists(), target


def row(text: str, table: str = PAGE) -> str:
    (found,) = [line for line in table.splitlines() if line.startswith(f"| {text} |")]
    return found


def test_limits_on_the_page_are_those_of_the_service() -> None:
    settings = config.ServiceConfig()
    course, lesson = settings.course, settings.lesson
    limits = {
        "an HTTP body": f"{bodies.MAX_BODY // 1024} KiB",
        "channels a connection": subscribe.MAX_CHANNELS,
        "connections a person": settings.max_connections_per_person,
        "documents a page": service_dispatch.MAX_HISTORY,
        "changed documents in a catch-up": service_store.MAX_BEHIND,
        "new and edited messages a minute and person, `course`": course.rate_limit.messages,
        "the same, `lesson`": lesson.rate_limit.messages,
        "people in a `course` channel": course.max_users,
        "people in a `lesson` channel": lesson.max_users,
    }
    for what, limit in limits.items():
        assert f"| {limit} |" in row(what)
    assert course.rate_limit.interval == lesson.rate_limit.interval == 60_000


def test_endpoints_on_the_page_are_those_of_the_service() -> None:
    routes = app.application(cast("Any", None)).router.routes()
    served = {
        f"{r.method} {r.resource.canonical}" for r in routes if r.resource and r.method != "HEAD"
    }
    shown = set(re.findall(r"^\| `((?:GET|POST) [^`]+)`", PAGE, re.MULTILINE))
    assert shown == served, "edit edu_widgets/protocol/export/page.md"
