"""Without a kernel: that nothing breaks where ipykernel is absent or of another shape."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import pytest

from edu_widgets.notebook import comms, inside


class Comm74:
    """A comm as in ipykernel 7.4."""

    def __init__(self) -> None:
        self._reply_subshell_ids: dict[str, str | None] = {"id": None}

    def _reply_subshell_for(self, data: object, default: str | None) -> str | None:
        return None


class Widget:
    def __init__(self, comm: object = None) -> None:
        self.comm = comm
        self.sent: list[Any] = []

    def send(self, content: Any) -> None:
        self.sent.append(content)


class Kernel:
    """A kernel as in ipykernel 7.0: a thread it did not start has no parent."""

    def __init__(self) -> None:
        self.kernel_info: Any = {"supported_features": ["kernel subshells"]}
        self._shell_parent: ContextVar[dict[str, Any]] = ContextVar("shell_parent")
        self.shell_channel_thread: Any = None

    def get_parent(self) -> dict[str, Any]:
        return self._shell_parent.get()


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel()
    monkeypatch.setattr(inside, "kernel", lambda: made)
    return made


def test_a_message_goes_where_the_page_asked() -> None:
    comm = Comm74()
    assert comms.keep_on_subshell(comm)
    assert comm._reply_subshell_for({"content": {"id": "id"}}, "shell-1") == "shell-1"
    assert comms.keep_on_subshell(comm), "calling it again is harmless"


def test_a_message_for_a_subshell_of_the_kernel_before_goes_to_the_main_shell(
    kernel: Kernel,
) -> None:
    manager = SimpleNamespace(list_subshell=lambda: ["shell-1"])
    kernel.shell_channel_thread = SimpleNamespace(manager=manager)
    comm = Comm74()
    assert comms.keep_on_subshell(comm)
    routed = [comm._reply_subshell_for({}, one) for one in ("shell-1", "shell-of-before", None)]
    assert routed == ["shell-1", None, None]
    kernel.shell_channel_thread = SimpleNamespace(manager=object())
    assert comm._reply_subshell_for({}, "shell-of-before") == "shell-of-before"


def test_a_comm_that_diverts_nothing_is_left_alone() -> None:
    comm = Widget()
    assert comms.keep_on_subshell(comm)
    assert comms.keep_on_subshell(None)
    assert vars(comm).keys() == {"comm", "sent"}


@pytest.mark.parametrize(
    "route", ["a string", 3, lambda data: data, lambda data, _default, _header: data]
)
def test_an_unknown_way_of_diverting_is_left_alone(route: object) -> None:
    class Comm:
        _reply_subshell_for = staticmethod(route) if callable(route) else route

    comm = Comm()
    assert not comms.keep_on_subshell(comm)
    assert not vars(comm)


def test_a_comm_that_cannot_be_changed_is_left_alone() -> None:
    class Comm:
        __slots__ = ()

        def _reply_subshell_for(self, data: object, default: str | None) -> None: ...

    assert not comms.keep_on_subshell(Comm())


def test_the_installed_ipykernel_diverts_in_a_known_way_if_at_all() -> None:
    # Asked in another process: importing ipykernel's comms here would replace the default ones.
    code = "import ipykernel.comm.comm as c; from edu_widgets.notebook import comms\n"
    code += "comm = c.BaseComm.__new__(c.BaseComm); print(comms.keep_on_subshell(comm))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_a_thread_can_publish_after_it_was_made_ready(kernel: Kernel) -> None:
    found: list[object] = []

    def run() -> None:
        with pytest.raises(LookupError):
            kernel.get_parent()
        comms.ready_thread()
        found.append(kernel.get_parent())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [{}]


def test_a_thread_that_has_a_parent_keeps_it(kernel: Kernel) -> None:
    kernel._shell_parent.set({"header": {}})
    comms.ready_thread()
    assert kernel.get_parent() == {"header": {}}


def test_a_kernel_of_another_shape_is_left_alone(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:

    def get_parent() -> dict[str, Any]:
        raise LookupError

    monkeypatch.setattr(kernel, "get_parent", get_parent)
    monkeypatch.setattr(kernel, "_shell_parent", None)
    comms.ready_thread()
    assert comms.sender() is None


def test_a_push_is_sent_and_leaves_nothing_behind(kernel: Kernel) -> None:
    comm = Comm74()
    widget = Widget(comm)
    comms.push(widget, {"op": "refused", "id": "id"})
    assert widget.sent == [{"op": "refused", "id": "id"}]
    assert comm._reply_subshell_ids == {}
    assert kernel.get_parent() == {}


def test_a_push_without_a_kernel_is_sent() -> None:
    widget = Widget()
    comms.push(widget, {"op": "pulse"})
    assert widget.sent == [{"op": "pulse"}]


class Stream:
    """A stream with the socket it reads, as pyzmq's."""

    def __init__(self) -> None:
        self.socket = object()


class Answering:
    """The object of a kernel that answers on the shell channel."""

    def __init__(self, **parts: object) -> None:
        vars(self).update(parts)


class ShellThread:
    def __init__(self, manager: object) -> None:
        self.manager = manager


def test_answers_go_through_the_stream_that_reads(kernel: Any) -> None:
    kernel.shell_stream = Stream()
    answering = Answering(_shell_socket=kernel.shell_stream.socket)
    kernel.shell_channel_thread = ShellThread(answering)
    comms.keep_reading()
    comms.keep_reading()
    assert vars(answering) == {"_shell_socket": kernel.shell_stream}


@pytest.mark.parametrize(
    "parts",
    [{}, {"_shell_stream": "as in 7.4"}, {"_shell_socket": "another one"}, {"_shell_socket": None}],
)
def test_another_way_of_answering_is_left_alone(kernel: Any, parts: dict[str, object]) -> None:
    kernel.shell_stream = Stream()
    answering = Answering(**parts)
    kernel.shell_channel_thread = ShellThread(answering)
    comms.keep_reading()
    assert vars(answering) == parts


def test_a_kernel_without_such_a_thread_is_left_alone(kernel: Any) -> None:
    before = dict(vars(kernel))
    comms.keep_reading()
    assert vars(kernel) == before


def test_the_sender_is_the_pages_session(kernel: Kernel) -> None:
    assert comms.sender() is None
    kernel._shell_parent.set({"header": {"msg_type": "comm_msg", "session": "page", "x": 1}})
    assert comms.sender() == comms.CommSender("page", None)
    header = {"msg_type": "comm_msg", "session": "page", "subshell_id": "shell"}
    kernel._shell_parent.set({"header": header})
    assert comms.sender() == comms.CommSender("page", "shell")


@pytest.mark.parametrize(
    "parent",
    [None, {}, {"header": None}, {"header": {"msg_type": "execute_request", "session": "s"}}],
)
def test_where_no_message_is_handled_there_is_no_sender(kernel: Kernel, parent: Any) -> None:
    kernel._shell_parent.set(parent)
    assert comms.sender() is None


@pytest.mark.parametrize(
    ("info", "supported"),
    [
        ({"supported_features": ["kernel subshells"]}, True),
        ({"supported_features": ["debugger"]}, False),
        ({}, False),
        (None, False),
    ],
)
def test_subshells_are_a_feature_of_the_kernel(
    kernel: Kernel, info: object, *, supported: bool
) -> None:
    kernel.kernel_info = info
    assert comms.subshells_supported() is supported


def test_without_a_kernel_there_are_no_subshells() -> None:
    assert not comms.subshells_supported()
    assert comms.sender() is None
    comms.ready_thread()
    comms.keep_reading()


def test_only_threads_run_beside_cells() -> None:
    assert not comms.beside_cells()
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(comms.beside_cells()))
    thread.start()
    thread.join()
    assert found == [True]


def test_importing_it_imports_no_jupyter() -> None:
    code = "import sys, edu_widgets.notebook.comms; print('ipykernel' in sys.modules)"
    assert "ipykernel" not in inspect.getsource(comms).split('"""', 2)[2].split("def ", 1)[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
