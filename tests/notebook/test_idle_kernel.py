"""A kernel with an open lesson in which nobody does anything says nothing: a hub may cull it.

Only once it ends it says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import KernelManager

from edu_widgets.protocol import uuid7
from tests.client.fake_service import FakeService
from tests.conftest import ROOT
from tests.shell_requests import client_of
from tests.waiting import PATIENCE, wait_until

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient

LESSON = """
import edu_widgets as edu
from edu_widgets.notebook import stream
from IPython.display import display

stream.ATTENDED, stream.PULSE = 1.0, 0.1
lesson = edu.connect(
    url={url!r},
    token="t",
    user_id="ada",
    course="py101",
    config={{"WebSocket": {{"heartbeatInterval": 1000}}, "EduWidgets": {{"dataDir": {folder!r}}}}},
).wait_connected(180)
display(lesson.panel())
"""
BEATS = 8


@contextmanager
def kernel(folder: Path) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(
        env=os.environ | {"IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": str(ROOT)}
    )
    try:
        with client_of(manager) as client:
            yield manager, client
    finally:
        manager.shutdown_kernel(now=True)


def told(client: BlockingKernelClient) -> list[dict[str, Any]]:
    """The messages that the kernel has published and nobody has read."""
    messages: list[dict[str, Any]] = []
    while True:
        try:
            messages.append(client.get_iopub_msg(timeout=0.2))
        except Empty:
            return messages


def says(client: BlockingKernelClient, comm: str, **content: Any) -> None:
    """A page says something to a widget."""
    data = {"method": "custom", "content": content}
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comm, "data": data}))


def beats(fake: FakeService, count: int) -> None:
    """Wait for so many heartbeats more."""
    until = len(fake.of("heartbeat")) + count
    wait_until(lambda: len(fake.of("heartbeat")) >= until, "the kernel's heart beats")


def rest(fake: FakeService, client: BlockingKernelClient) -> list[dict[str, Any]]:
    """Return the messages that the kernel still sends, until it is silent for four heartbeats."""
    messages: list[dict[str, Any]] = []
    while True:
        beats(fake, 4)
        if not (more := told(client)):
            return messages
        messages += more


def shape(message: dict[str, Any]) -> tuple[str, Any]:
    content = message["content"]
    return message["msg_type"], content.get("data", content)


def test_silence_is_silent_with_a_page_and_without_until_the_kernel_ends(tmp_path: Path) -> None:
    with FakeService() as fake, kernel(tmp_path) as (manager, client):
        code = LESSON.format(url=fake.base, folder=str(tmp_path / "data"))
        done = client.execute(code, reply=True, timeout=PATIENCE)
        assert done["content"]["status"] == "ok", done["content"]
        opened = [m["content"] for m in told(client) if m["msg_type"] == "comm_open"]
        widgets = [o["comm_id"] for o in opened if o["data"]["state"].get("kind")]
        assert widgets
        rest(fake, client)
        beats(fake, BEATS)
        assert [shape(m) for m in told(client)] == [], "no page is there"
        page = uuid7()
        for comm in widgets:
            says(client, comm, op="ready", page=page, lang="en")
            says(client, comm, op="seen", page=page, visible=True, sent=[0, 0])
        assert any("snapshot" in str(shape(m)) for m in rest(fake, client))
        beats(fake, BEATS)
        assert [shape(m) for m in told(client)] == [], "nobody does anything at the page"
        manager.shutdown_kernel(restart=True)  # as JupyterLab does for whoever restarts it
        last = [m["content"] for m in told(client) if m["msg_type"] == "comm_msg"]
        assert all(one["data"]["content"] == {"op": "ended"} for one in last), last
        assert sorted(one["comm_id"] for one in last) == sorted(widgets), "each says it once"
