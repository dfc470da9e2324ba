"""A chat in a real kernel, spoken to as JupyterLab does: the service is out of reach."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from edu_widgets.protocol import uuid7
from tests.conftest import ROOT
from tests.waiting import PATIENCE

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

CHAT = """
from edu_widgets.chat.widget import CourseChat
from edu_widgets.client.course import CourseClient, Person
from edu_widgets.client.runtime.threads import callbacks, network
from edu_widgets.client.runtime.pool import Pool
from edu_widgets.client.transport.base import Target
import edu_widgets.notebook.widget as base
base.bundle = lambda kind: "export default {}"
target = Target("ws://127.0.0.1:9/api/realtime/ws", "u1", lambda: "token")
client = CourseClient("py101", target, Person("u1", "Ada"), Pool(network()), network(), callbacks())
client.start()
chat = CourseChat(client)
"""


class Kernel:
    """A kernel and one page of a notebook that it runs."""

    def __init__(self, folder: Path) -> None:
        kernels = {"JUPYTER_DATA_DIR": str(folder), "IPYTHONDIR": str(folder)}
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(env=os.environ | kernels | {"PYTHONPATH": str(ROOT)})
        self.client = self._manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.heard: list[dict[str, Any]] = []
        self.comm = ""
        self.subshell: str | None = None

    def stop(self) -> None:
        self.client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def _send(self, type_: str, content: dict[str, Any], **parts: Any) -> str:
        session = self.client.session
        message = session.msg(type_, content, metadata=parts.get("metadata"))
        message["header"] |= parts.get("header", {})
        channel = self.client.control_channel if "control" in parts else self.client.shell_channel
        channel.send(message)
        return str(message["header"]["msg_id"])

    def start(self, code: str, cell: str = "c1") -> str:
        """Begin to run a cell."""
        content = {"code": code, "silent": False, "store_history": True}
        content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        return self._send("execute_request", content, metadata={"cellId": cell})

    def run(self, code: str, cell: str = "c1") -> str:
        """Run a cell and return the text it printed."""
        id_ = self.start(code, cell)
        begin = len(self.heard)
        self.wait_for(lambda m: m["msg_type"] == "status" and self._idle(m, id_), begin)
        of_cell = [m for m in self.heard[begin:] if m["parent_header"].get("msg_id") == id_]
        errors = [m["content"] for m in of_cell if m["msg_type"] == "error"]
        assert not errors, "\n".join(errors[0]["traceback"])
        return "".join(m["content"]["text"] for m in of_cell if m["msg_type"] == "stream")

    @staticmethod
    def _idle(message: dict[str, Any], id_: str) -> bool:
        is_idle = message["content"]["execution_state"] == "idle"
        return bool(is_idle and message["parent_header"].get("msg_id") == id_)

    def wait_for(self, wanted: Callable[[dict[str, Any]], object], begin: int) -> dict[str, Any]:
        """The first message from `begin` on that is wanted, once it is there."""
        deadline = time.monotonic() + PATIENCE
        at = begin
        while time.monotonic() < deadline:
            while at < len(self.heard):
                if wanted(self.heard[at]):
                    return self.heard[at]
                at += 1
            try:
                self.heard.append(self.client.get_iopub_msg(timeout=1))
            except Empty:
                continue
        raise AssertionError(f"nothing wanted among {self.heard[begin:]}")

    def use_subshell(self) -> None:
        id_ = self._send("create_subshell_request", {}, control=True)
        while (reply := self.client.get_control_msg(timeout=PATIENCE)) is not None:
            if reply["parent_header"].get("msg_id") == id_:
                break
        self.subshell = reply["content"]["subshell_id"]

    def say(self, **content: Any) -> int:
        """The page sends a message on the widget's comm; where to listen from."""
        begin = len(self.heard)
        data = {"method": "custom", "content": content}
        header = {"subshell_id": self.subshell} if self.subshell else {}
        self._send("comm_msg", {"comm_id": self.comm, "data": data}, header=header)
        return begin

    def custom(self, op: str, begin: int, **fields: Any) -> dict[str, Any]:
        """The widget's next message with this `op` and these fields."""

        def wanted(message: dict[str, Any]) -> bool:
            content = message["content"].get("data", {}).get("content", {})
            is_custom = message["msg_type"] == "comm_msg" and content.get("op") == op
            return bool(is_custom and fields.items() <= content.items())

        content: dict[str, Any] = self.wait_for(wanted, begin)["content"]["data"]["content"]
        return content

    def show(self) -> dict[str, Any]:
        """Run a cell that shows the chat; the bundle."""
        begin = len(self.heard)
        self.run("chat", "show")
        result = self.wait_for(lambda m: m["msg_type"] == "execute_result", begin)
        data: dict[str, Any] = result["content"]["data"]
        self.comm = data[WIDGET_VIEW]["model_id"]
        return data


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path)
    try:
        kernel.run(CHAT)
        yield kernel
    finally:
        kernel.stop()


def test_a_page_of_a_real_kernel(kernel: Kernel) -> None:
    data = kernel.show()
    assert {"text/plain", "text/html", WIDGET_VIEW} == set(data)
    if int(version("ipykernel").split(".")[0]) >= 7:
        kernel.use_subshell()
    begin = kernel.say(op="ready", page="p1", lang="")
    snapshot = kernel.custom("snapshot", begin, to="p1")
    assert snapshot["lesson"]["subshells"] is (kernel.subshell is not None)
    assert snapshot["lesson"]["course"] == "py101"

    busy = None
    if kernel.subshell:
        begin = len(kernel.heard)
        busy = kernel.start(
            "import time\nwhile not chat.messages: time.sleep(0.01)\nprint('freed')"
        )
        kernel.wait_for(lambda m: m["msg_type"] == "execute_input", begin)
    id_ = uuid7()
    intent = {"do": "chat.send", "args": {"id": id_, "text": "while it is busy"}}
    begin = kernel.say(op="intent", page="p1", id="i1", **intent)
    kernel.custom("got", begin, ids=["i1"])
    batch = kernel.custom("batch", begin)
    while "set" not in batch:
        batch = kernel.custom("batch", begin, n=batch["n"] + 1)
    assert [doc["id"] for doc in batch["set"]["messages"]] == [id_]
    if busy:
        kernel.wait_for(lambda m: m["content"].get("text") == "freed\n", begin)

    assert kernel.show()[WIDGET_VIEW]["model_id"] == snapshot_model(data)
    assert kernel.run("print(chat.messages[0].content)") == "while it is busy\n"
    assert "1 message" in kernel.run("print(chat)")


def snapshot_model(data: dict[str, Any]) -> str:
    return str(data[WIDGET_VIEW]["model_id"])


def test_a_cell_run_again_replaces_its_callbacks(kernel: Kernel) -> None:
    count = "print(len(chat._callbacks.on('message')))"
    kernel.run("chat.on('message', lambda m: 1); chat.on('message', lambda m: 2)", "a")
    kernel.run("chat.on('message', lambda m: 3)", "b")
    assert kernel.run(count) == "3\n"
    kernel.run("chat.on('message', lambda m: 4)", "a")
    assert kernel.run(count) == "2\n"


def test_a_cell_sends_its_own_code(kernel: Kernel) -> None:
    kernel.run("total = 0\nfor i in range(3):\n    total += i", "a")
    kernel.run("%time print(total)\n_ = chat.send_cell(note='Look:')", "b")
    sent = "print(chat.messages[-1].content)"
    assert kernel.run(sent) == "Look:\n\n```python\n%time print(total)\n```\n"
    kernel.run("total", "c")
    kernel.run("_ = chat.send_cell()", "d")
    assert kernel.run(sent) == "```python\ntotal\n```\n"
    assert "no code in In[99]" in kernel.run(
        "try: chat.send_cell(99)\nexcept ValueError as e: print(e)"
    )


def test_nothing_is_left_after_close(kernel: Kernel) -> None:
    kernel.show()
    begin = kernel.say(op="ready", page="p1", lang="")
    kernel.custom("snapshot", begin)
    closed = kernel.run("chat.close(); print(chat)")
    assert closed == "CourseChat('py101', closed, 0 messages)\n"
    kernel.run("import ipywidgets; left = ipywidgets.Widget.get_manager_state()['state']")
    assert kernel.run("print(len(left))") == "0\n"


def notebook_of(cells: list[str]) -> Any:
    v4: Any = import_module("nbformat.v4")
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells])


def test_executed_without_a_page_and_saved_with_its_state(tmp_path: Path) -> None:
    cells = [CHAT + "_ = chat.send('a secret')", "chat", "client.close()"]
    notebook = notebook_of(cells)
    environment = {"JUPYTER_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    NotebookClient(
        notebook, timeout=PATIENCE, kernel_name="python3", store_widget_state=True
    ).execute(env=os.environ | environment)
    (shown,) = notebook.cells[1].outputs
    assert "Course chat of py101" in shown["data"]["text/plain"]
    saved = json.dumps([notebook.metadata, notebook.cells[1]])
    assert "application/vnd.jupyter.widget-state+json" in saved
    assert "export default" in saved
    assert "secret" not in saved
    assert "Ada" not in saved
