"""Tests use public names: how often each file does not, and why, is written here."""

from __future__ import annotations

import ast
from collections import Counter

from tests.conftest import ROOT

DOCUMENTED = {
    "_asdict",  # collections.namedtuple
    "_replace",
    "_exit",  # os
    "_display_",  # marimo's protocol for what a cell shows
    "_ipython_display_",  # IPython's
    "_repr_html_",
    "_repr_mimebundle_",
}
"""Public names of others that begin with an underscore."""

ALLOWED: dict[str, tuple[int, str]] = {
    "cells/test_kernel.py": (1, "a person's role changes, as the service would tell it"),
    "cells/test_sending.py": (9, "a burst is noted faster than a kernel can run it"),
    "cells/test_widget.py": (1, "an event of the client arrives"),
    "chat/page.py": (7, "clocks that only tests set"),
    "client/dialects/base/test_connect.py": (
        3,
        "a stream ends for a reason that a test service cannot give",
    ),
    "client/dialects/base/test_room.py": (6, "tables that stay bounded are shown to nobody"),
    "client/dialects/base/test_stream.py": (
        4,
        "how long event streams are avoided is shown to nobody",
    ),
    "client/dialects/base/test_token.py": (
        4,
        "all that is kept is searched for a token, and failures are shown to nobody",
    ),
    "client/test_course.py": (1, "a pool that is empty is shown to nobody"),
    "client/test_jupyterhub.py": (1, "the channels that are followed are shown to nobody"),
    "client/test_mirror.py": (1, "a table that stays bounded is shown to nobody"),
    "client/test_networks.py": (7, "a connection is broken within, where no network can"),
    "client/test_outbox.py": (2, "the sum of sizes is shown to nobody until it is too large"),
    "client/test_storage.py": (1, "a disk is full for one connection to SQLite"),
    "client/test_threads.py": (1, "a queue that is empty is shown to nobody"),
    "client/test_tokens.py": (2, "all that is kept is searched for a token"),
    "client/test_transport.py": (7, "a frame of a connection that is over arrives"),
    "docs/test_monitoring.py": (1, "prometheus_client has no public list of labels"),
    "inside.py": (5, "the helper of all others"),
    "notebook/test_claims.py": (1, "a table that stays bounded is shown to nobody"),
    "notebook/test_development.py": (4, "a process watches its files once; each test begins anew"),
    "notebook/test_hosts.py": (3, "what other hosts do to ipywidgets' models"),
    "notebook/test_viewers.py": (2, "the keys of viewers are told to no page"),
    "notebook/test_widget.py": (
        3,
        "what is remembered stays bounded, and ipywidgets' own handler is called",
    ),
    "panel/test_lesson_panel.py": (3, "a viewer is let in without a service"),
    "polls/test_view.py": (1, "a poll's view is its widget, of which a notebook has but the id"),
    "polls/test_widget.py": (1, "the one listener that stays is told from others"),
    "presence/test_away.py": (1, "a table that stays bounded is shown to nobody"),
    "presence/test_kernel.py": (1, "that nothing more is due is shown to nobody"),
    "presence/test_widget.py": (2, "which page was heard is shown to nobody, only that one was"),
    "service/jupyterhub/double.py": (1, "aiohttp's site tells its port nowhere else"),
    "service/jupyterhub/test_people.py": (
        8,
        "the proofs that are kept, and when they are due, are shown to nobody",
    ),
    "service/store/test_redis.py": (
        13,
        "a link is cut, and a stale fence is put in place, from within",
    ),
    "service/store/test_sqlite.py": (1, "a cache of the module is replaced by an empty one"),
    "service/test_blobs.py": (
        1,
        "the uploads under way are the application's, which no endpoint shows",
    ),
    "service/test_budgets.py": (1, "a connection's bytes are counted at its transport"),
    "service/test_carriers.py": (
        2,
        "a check comes at its time, and connections not yet proved are shown to nobody",
    ),
    "service/test_gate.py": (3, "whether a transport reads is seen at the transport alone"),
    "service/test_identity_cache.py": (1, "a cache that is empty is shown to nobody"),
    "service/test_parts.py": (1, "a table that is empty is shown to nobody"),
    "service/test_term.py": (15, "everything that could grow is measured"),
    "service/test_writing.py": (
        2,
        "a connection is cut at its transport, whose buffer is its socket's",
    ),
    "stream/test_widget.py": (5, "clocks that only tests set"),
    "test_admission.py": (
        1,
        "a connection takes nothing for a while, which no network can do so exactly",
    ),
    "test_comms.py": (8, "ipykernel's own routing is the subject"),
    "test_lesson.py": (2, "the names that completion hides"),
    "test_odd_files.py": (3, "the file that is spoiled has a digest for a name"),
    "test_realtime.py": (8, "bounds of a buffer that only slow readers reach"),
    "test_shell.py": (1, "argparse has no public list of its options"),
    "test_workers.py": (1, "a hook of pytest-xdist"),
}
"""By file: the number of private names it uses, and the reason. A number may only become less."""


def private(source: str) -> int:
    """Count the attributes with a private name of objects other than `self` and `cls`."""
    found = 0
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Attribute) or node.attr in DOCUMENTED:
            continue
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        own |= isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "super"
        found += node.attr.startswith("_") and not node.attr.endswith("__") and not own
    return found


def test_private_names_become_fewer() -> None:
    found = Counter[str]()
    for path in (ROOT / "tests").rglob("*.py"):
        name = path.relative_to(ROOT / "tests").as_posix()
        found[name] = private(path.read_text("utf-8"))
    now = {name: number for name, number in found.items() if number}
    then = {name: number for name, (number, _) in ALLOWED.items()}
    more = {name: number for name, number in now.items() if number > then.get(name, 0)}
    assert not more, f"Use a public name, or a helper of tests/inside.py: {more}"


def test_they_are_counted() -> None:
    assert private("a._b; self._c; super()._d; e.f()._g(h._repr_html_()); i.__dict__") == 2
