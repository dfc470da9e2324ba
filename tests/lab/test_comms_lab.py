"""Facts about comms, ipykernel and JupyterLab that the widgets build on.

Each was measured; where one of them changes, a widget may need another remedy, or one less.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.waiting import wait_until

from .conftest import OpenNotebook
from .harness import OLD, TRIED, Lab, LabPage

# The versions of each run are in constraints.txt: what they do changes with those alone.
pytestmark = pytest.mark.nightly

# What a page sees goes to `__log`; its models, as anywidget hands them out, to `__models`.
PROBE = r'''
import json, threading, time
from pathlib import Path
import anywidget, traitlets
from edu_widgets.notebook import comms

class Probe(anywidget.AnyWidget):
    _esm = """
const log = (window.__log ??= []), models = (window.__models ??= []);
export default {
  initialize({ model, signal }) {
    const name = model.get('name');
    models.push(model);
    log.push({ event: 'initialize', name });
    model.on('all', (event, content) =>
      log.push(event === 'msg:custom' ? { event, name, content } : { event, name }));
    signal.addEventListener('abort', () => log.push({ event: 'gone', name }));
  },
  render({ model, el, signal }) {
    const name = model.get('name');
    el.classList.add('probe');
    el.textContent = name;
    log.push({ event: 'render', name });
    signal.addEventListener('abort', () => log.push({ event: 'unrender', name }));
  },
};
"""
    name = traitlets.Unicode().tag(sync=True)

def hear(widget, content, buffers):
    with Path('heard.jsonl').open('a') as file:
        sender = comms.sender()
        file.write(json.dumps({
            'widget': widget.name, 'content': content, 'beside': comms.beside_cells(),
            'session': sender and sender.session, 'subshell': sender and sender.subshell,
        }) + '\n')

def probe(name, remedy=True):
    made = Probe(name=name)
    made.on_msg(hear)
    if remedy:
        assert comms.keep_on_subshell(made.comm)
    return made

def in_thread(target, *args):
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread

busy, stop = threading.Event(), threading.Event()

def run_a_cell(name):
    """Keep the kernel busy until the file of this name is there."""
    busy.set()
    deadline = time.monotonic() + 60
    while not Path(name).exists() and time.monotonic() < deadline:
        time.sleep(0.005)

def keep_pushing(widget):
    number = 0
    while not stop.is_set():
        number += 1
        comms.push(widget, {'push': number})
        time.sleep(1 / 30)
'''


def log(page: LabPage, event: str | None = None) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = page.page.evaluate("() => window.__log ?? []")
    return [entry for entry in events if event in (None, entry["event"])]


def clear_log(page: LabPage) -> None:
    page.page.evaluate("() => void window.__log?.splice(0)")


def wait_log(page: LabPage, event: str, count: int = 1) -> None:
    page.wait_for(
        "([event, count]) =>"
        " (window.__log ?? []).filter((entry) => entry.event === event).length >= count",
        [event, count],
    )


def pushed(page: LabPage, key: str) -> list[dict[str, Any]]:
    """The messages that have this key."""
    contents = [entry["content"] for entry in log(page, "msg:custom")]
    return [content for content in contents if key in content]


def wait_pushed(page: LabPage, key: str, count: int = 1) -> None:
    page.wait_for(
        "([key, count]) => (window.__log ?? [])"
        ".filter(({ content }) => content && key in content).length >= count",
        [key, count],
    )


def send(page: LabPage, name: str, content: dict[str, Any]) -> None:
    """Send from the page, on the model of this name that came last."""
    page.page.evaluate(
        "([name, content]) =>"
        " __models.filter((model) => model.get('name') === name).at(-1).send(content)",
        [name, content],
    )


def heard(page: LabPage) -> list[dict[str, Any]]:
    """The messages that the kernel's handlers got; known even while a cell runs."""
    file = page.folder / "heard.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    messages = [json.loads(line) for line in lines]
    return [message for message in messages if message["content"] != {"warm": True}]


def warm_up(page: LabPage, name: str) -> None:
    """Send until a message comes by a subshell: JupyterLab asks for one when a comm opens, and
    what is sent before the kernel has answered goes to the main shell."""
    file = page.folder / "heard.jsonl"

    def by_subshell() -> bool:
        send(page, name, {"warm": True})
        lines = file.read_text().splitlines() if file.exists() else []
        messages = [json.loads(line) for line in lines]
        return any(
            message["session"] == page.client_id and message["subshell"] for message in messages
        )

    wait_until(by_subshell, "a message comes by a subshell")


def wait_heard(page: LabPage, count: int) -> list[dict[str, Any]]:
    wait_until(lambda: len(heard(page)) >= count, f"the kernel heard {count} messages")
    return heard(page)


def release(page: LabPage, name: str) -> None:
    """Let the running cell end."""
    (page.folder / name).touch()
    page.wait_kernel()


# ------------------------------------------------------- kernels of four generations


@pytest.fixture(scope="module", params=TRIED)
def kernel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(module_notebook: OpenNotebook, kernel: str) -> LabPage:
    """A page for each kernel, with two probes: of the second nothing is remedied."""
    cells = [
        PROBE,
        "one = probe('one'); two = probe('two', remedy=False)\ndisplay(one, two)",
        "run_a_cell('release-1')",
        "run_a_cell('release-2')",
        "run_a_cell('release-3')",
    ]
    page = module_notebook(cells, kernel)
    page.run_cell(0).run_cell(1)
    wait_log(page, "render", 2)
    if kernel != OLD:
        warm_up(page, "one")
    return page


def test_the_kernel_is_the_one_asked_for(lab: Lab, page: LabPage, kernel: str) -> None:
    version = page.execute("import ipykernel; ipykernel.__version__").strip("'")
    assert version == lab.kernels[kernel]
    assert version.startswith(kernel.removeprefix("ipykernel-") + ".")


def test_subshells_are_known_to_be_there_or_not(page: LabPage, kernel: str) -> None:
    supported = page.execute("comms.subshells_supported()") == "True"
    assert supported is (kernel != OLD)


def test_7_0_to_7_3_answer_past_the_stream_until_told_not_to(page: LabPage, kernel: str) -> None:
    page.execute(
        "from ipykernel.kernelapp import IPKernelApp\n"
        "kernel = IPKernelApp.instance().kernel\n"
        "manager = getattr(getattr(kernel, 'shell_channel_thread', None), 'manager', None)\n"
        "def past():\n"
        "    socket = getattr(manager, '_shell_socket', None)\n"
        "    return socket is not None and socket is kernel.shell_stream.socket"
    )
    affected = kernel in ("ipykernel-7.0", "ipykernel-7.3")
    assert page.execute("past()") == str(affected)
    page.execute("comms.keep_reading()")
    assert page.execute("past()") == "False"


def test_a_thread_pushes_while_a_cell_runs(page: LabPage) -> None:
    page.execute(
        "def push_when_busy():\n"
        "    busy.wait(60)\n"
        "    comms.push(one, {'from': 'thread'})\n"
        "thread = in_thread(push_when_busy)"
    )
    page.run_cell(2, wait=False)
    wait_pushed(page, "from")
    assert page.kernel_status == "busy"
    assert page.execution_counts()[2] is None, "the cell has not ended"
    release(page, "release-1")


def test_only_7_0_needs_a_thread_to_be_made_ready(page: LabPage, kernel: str) -> None:
    page.execute(
        "failed = []\n"
        "def bare():\n"
        "    try: one.send({'bare': 1})\n"
        "    except BaseException as error: failed.append(type(error).__name__)\n"
        "in_thread(bare).join()"
    )
    expected = ["LookupError"] if kernel == "ipykernel-7.0" else []
    assert page.execute("failed") == str(expected)


def test_threads_push_at_once_and_each_in_order(page: LabPage) -> None:
    page.execute(
        "def burst(who):\n"
        "    for n in range(40): comms.push(one, {'burst': who, 'n': n}); time.sleep(0.002)\n"
        "for thread in [in_thread(burst, who) for who in range(6)]: thread.join()"
    )
    wait_pushed(page, "burst", 240)
    for who in range(6):
        came = [content["n"] for content in pushed(page, "burst") if content["burst"] == who]
        assert came == list(range(40))


def test_a_message_is_handled_beside_a_running_cell(page: LabPage, kernel: str) -> None:
    """While a thread pushes 30 times a second on the same comm."""
    page.execute("pusher = in_thread(keep_pushing, one)")
    old = len(heard(page))
    page.run_cell(3, wait=False).wait_busy()
    wait_pushed(page, "push", 3)
    for number in range(5):
        send(page, "one", {"asked": number})
    if kernel == OLD:
        # Ten pushes the other way are time enough: it would have come.
        wait_pushed(page, "push", len(pushed(page, "push")) + 10)
        assert len(heard(page)) == old
        assert page.kernel_status == "busy"
        release(page, "release-2")
        messages = wait_heard(page, old + 5)
    else:
        messages = wait_heard(page, old + 5)
        release(page, "release-2")
    page.execute("stop.set(); pusher.join()")
    messages = messages[old:]
    assert [message["content"]["asked"] for message in messages] == list(range(5))
    assert {message["beside"] for message in messages} == {kernel != OLD}
    assert {message["session"] for message in messages} == {page.client_id}
    assert {message["subshell"] is None for message in messages} == {kernel == OLD}


def test_without_the_remedy_only_7_4_makes_a_message_wait(page: LabPage, kernel: str) -> None:
    if kernel == OLD:
        return  # has no subshells
    old = len(heard(page))
    page.run_cell(4, wait=False).wait_busy()
    send(page, "two", {"to": "two"})
    send(page, "one", {"to": "one"})
    if kernel == "ipykernel-7.4":
        assert wait_heard(page, old + 1)[-1]["widget"] == "one", "it overtook the other"
        release(page, "release-3")
        last = wait_heard(page, old + 2)[-1]
        assert (last["widget"], last["beside"]) == ("two", False)
    else:
        messages = wait_heard(page, old + 2)[old:]
        assert [message["beside"] for message in messages] == [True, True]
        release(page, "release-3")
    assert page.our_errors() == []


# -------------------------------------------------------------- pages


def probed(notebook: OpenNotebook, *cells: str) -> LabPage:
    page = notebook([PROBE, *cells])
    page.run_all()
    wait_log(page, "render")
    return page


def test_every_page_hears_every_push_and_is_told_apart(notebook: OpenNotebook) -> None:
    first = probed(notebook, "one = probe('one'); one").save()
    second = notebook(again=first)
    wait_log(second, "render")
    assert first.kernel_id == second.kernel_id
    first.execute("comms.push(one, {'to': 'all'})")
    for page in (first, second):
        wait_pushed(page, "to")
        warm_up(page, "one")
    send(first, "one", {"page": 1})
    wait_heard(first, 1)
    send(second, "one", {"page": 2})
    messages = wait_heard(first, 2)
    assert [message["session"] for message in messages] == [first.client_id, second.client_id]
    assert len({message["subshell"] for message in messages}) == 2
