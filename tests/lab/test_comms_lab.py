"""Facts about comms, ipykernel and JupyterLab that the widgets build on.

Each was measured; where one of them changes, a widget may need another remedy, or one less.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.waiting import wait_until

from .conftest import OpenNotebook
from .harness import OLD, TRIED, Lab, LabPage

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
    """What came that has this key."""
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
    """What the kernel's handlers heard; known even while a cell runs."""
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


@pytest.mark.own_page
def test_a_user_may_have_disabled_subshells(lab: Lab, notebook: OpenNotebook) -> None:
    """The kernel cannot know before a message comes."""
    setting = ("@jupyterlab/apputils-extension", "kernels-settings")
    lab.write_setting(*setting, {"commsOverSubshells": "disabled"})
    try:
        page = probed(notebook, "probe('one')")
    finally:
        lab.write_setting(*setting, {})
    send(page, "one", {"op": "ready"})
    (message,) = wait_heard(page, 1)
    assert (message["subshell"], message["beside"]) == (None, False)


# -------------------------------------------------------------- what the page can know


def probed(notebook: OpenNotebook, *cells: str) -> LabPage:
    page = notebook([PROBE, *cells])
    page.run_all()
    wait_log(page, "render")
    return page


@pytest.mark.own_page
def test_a_restart_is_told_by_comm_live_update(notebook: OpenNotebook) -> None:
    page = probed(notebook, "probe('one')")
    page.restart_kernel()
    wait_log(page, "comm_live_update")
    assert log(page, "comm:close") == log(page, "destroy") == log(page, "unrender") == []
    assert page.page.locator(".probe").inner_text() == "one"
    with pytest.raises(PlaywrightError, match="Cannot send"):
        send(page, "one", {})


@pytest.mark.own_page
def test_a_death_is_told_by_comm_live_update(notebook: OpenNotebook) -> None:
    page = probed(notebook, "probe('one')")
    page.page.evaluate(
        "() => void __lab.kernel().requestExecute({ code: 'import os; os._exit(1)' })"
    )
    wait_log(page, "comm_live_update")
    assert log(page, "unrender") == []
    with pytest.raises(PlaywrightError, match="Cannot send"):
        send(page, "one", {})


@pytest.mark.own_page
def test_a_shutdown_is_told_by_nothing(notebook: OpenNotebook) -> None:
    """Only sending tells: so a page must notice that nothing comes."""
    page = probed(notebook, "probe('one')")
    clear_log(page)
    page.page.evaluate("() => __lab.context().shutdown()")
    page.wait_for("() => !__lab.kernel()")
    with pytest.raises(PlaywrightError, match="Cannot send"):
        send(page, "one", {})
    assert log(page) == []


def test_closing_the_widget_takes_its_views_away(notebook: OpenNotebook) -> None:
    page = probed(notebook, "one = probe('one'); one")
    page.execute("one.close()")
    wait_log(page, "gone")
    events = [entry["event"] for entry in log(page)]
    assert events.index("comm:close") < events.index("unrender") < events.index("gone")
    page.wait_for("() => !document.querySelector('.probe')")


def test_running_a_cell_again_leaves_the_old_widget_alive(notebook: OpenNotebook) -> None:
    """Views go, models stay, in the kernel and in the page, and come back with every load."""
    page = probed(notebook, "one = probe('one'); one")
    for again in range(2, 6):
        page.run_cell(1)
        wait_log(page, "render", again)
    wait_log(page, "unrender", 4)
    assert log(page, "gone") == []
    alive = "import gc, comm; gc.collect(); len(comm.get_comm_manager().comms)"
    assert page.execute(alive) == "10", "five widgets, each with a layout"
    page.reload()
    wait_log(page, "render")
    wait_log(page, "initialize", 5)
    assert len(log(page, "render")) == 1, "four have no view"
    page.execute("one.layout.close(); one.close()")
    assert page.execute(alive) == "8"


def test_showing_one_widget_again_only_renders(notebook: OpenNotebook) -> None:
    page = probed(notebook, "one = probe('one')", "one")
    for again in range(2, 4):
        page.run_cell(2)
        wait_log(page, "render", again)
    assert len(log(page, "initialize")) == 1


def test_another_view_of_an_output_only_renders(notebook: OpenNotebook) -> None:
    page = probed(notebook, "probe('one')")
    page.page.locator(".probe").click(button="right")
    page.page.get_by_text("Create New View for Cell Output").click()
    wait_log(page, "render", 2)
    assert len(log(page, "initialize")) == 1
    assert page.page.locator(".probe").count() == 2


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


def test_a_reloaded_page_restores_the_widget_and_is_a_new_session(notebook: OpenNotebook) -> None:
    page = probed(notebook, "one = probe('one'); one")
    before, counts = page.client_id, page.execution_counts()
    page.reload()
    wait_log(page, "render")
    assert [entry["event"] for entry in log(page)] == ["initialize", "render"]
    assert page.execution_counts() == counts
    assert page.client_id != before
    warm_up(page, "one")
    send(page, "one", {"after": "reload"})
    (message,) = wait_heard(page, 1)
    assert message["session"] == page.client_id
    assert message["beside"]


def test_a_page_loaded_while_a_cell_runs_waits_for_it(notebook: OpenNotebook) -> None:
    """JupyterLab asks the main shell for the widgets' state: nothing of ours runs before."""
    page = notebook([PROBE, "one = probe('one'); one", "run_a_cell('release')"])
    page.run_cell(0).run_cell(1)
    wait_log(page, "render")
    page.execute("pusher = in_thread(keep_pushing, one)")
    page.save().run_cell(2, wait=False).wait_busy()
    page.page.reload()
    page.wait_for("() => __lab.kernel()?.connectionStatus === 'connected'")
    # What the kernel pushes arrives for two seconds, and yet there is no widget to hear it.
    page.page.evaluate(
        """() => {
          window.__arrived = 0;
          __lab.kernel().iopubMessage.connect((_, message) => {
            if (message.header.msg_type === 'comm_msg') window.__arrived += 1;
          });
        }"""
    )
    page.wait_for("() => __arrived >= 60")
    assert log(page) == []
    release(page, "release")
    wait_log(page, "render")


def test_a_subshell_outlives_its_page(notebook: OpenNotebook) -> None:
    """JupyterLab deletes none: a thread stays in the kernel for every load of a page."""
    page = probed(notebook, "one = probe('one'); one")
    threads = "sum(thread.name.startswith('subshell') for thread in threading.enumerate())"
    for loads in (1, 2):
        warm_up(page, "one")
        assert page.execute(threads) == str(loads)
        if loads == 1:
            page.reload()
            wait_log(page, "render")


# ------------------------------------------------------------------------- keyboard

KEYS = r'''
import anywidget, traitlets

class Keys(anywidget.AnyWidget):
    _esm = """
export default {
  render({ model, el }) {
    const how = model.get('how');
    const host = document.createElement('div');
    host.className = 'keys';
    if (how === 'suppress') host.dataset.lmSuppressShortcuts = 'true';
    const root = host.attachShadow({ mode: 'open' });
    root.innerHTML = '<textarea aria-label="text"></textarea><button>press</button>'
      + '<div tabindex="0" role="group" aria-label="group">group</div>';
    if (how === 'stop') root.addEventListener('keydown', (event) => event.stopPropagation());
    el.append(host);
  },
};
"""
    how = traitlets.Unicode().tag(sync=True)
'''

# Everything that a stray key could change.
STATE = """() => {
  const notebook = __lab.panel().content;
  const overlay = '.jp-Dialog, .jp-ModalCommandPalette:not(.lm-mod-hidden)';
  return {
    sources: notebook.model.sharedModel.cells.map((cell) => cell.getSource()),
    types: notebook.widgets.map((cell) => cell.model.type),
    counts: [...notebook.model.cells].map((cell) => cell.executionCount),
    active: notebook.activeCellIndex,
    mode: notebook.mode,
    inside: document.activeElement.closest('.keys') !== null,
    dirty: __lab.panel().context.model.dirty,
    overlay: document.querySelector(overlay) !== null,
    sidebar: document.querySelector('#jp-left-stack')?.offsetWidth,
  };
}"""

STROKES = [
    *"dd", *"abmyxzcvjkolf", *"00", *"ii", "Enter", "Escape", "Space",
    "Shift+Enter", "Control+Enter", "Alt+Enter", "Meta+Enter", "Shift+M", "Shift+Space",
    "Control+b", "Control+m", "Control+z", "Control+f", "Control+/", "Control+Shift+c",
    "Control+Shift+-", "ArrowUp", "ArrowDown", "Backspace", "Shift+ArrowUp",
    "Control+ArrowDown", "Alt+ArrowUp",
]  # fmt: skip


def keys_page(notebook: OpenNotebook, how: str) -> LabPage:
    page = notebook([KEYS, f"Keys(how={how!r})", "2 + 2", "3 + 3"])
    page.run_all()
    page.page.locator(".keys textarea").wait_for()
    return page.save()


def compose_and_press_shift_enter(page: LabPage) -> None:
    """As an input method does: text is being composed when Shift+Enter comes."""
    keyboard = page.context.new_cdp_session(page.page)
    keyboard.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    enter = {"windowsVirtualKeyCode": 13, "key": "Enter", "code": "Enter", "modifiers": 8}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    keyboard.send("Input.insertText", {"text": "日本"})


@pytest.mark.parametrize("how", ["suppress", "stop"])
def test_no_key_leaves_a_protected_widget(notebook: OpenNotebook, how: str) -> None:
    page = keys_page(notebook, how)
    for target in ("textarea", "button", "[tabindex]"):
        page.page.locator(f".keys {target}").click()
        before = page.page.evaluate(STATE)
        for stroke in STROKES:
            page.page.keyboard.press(stroke)
            assert page.page.evaluate(STATE) == before, f"{stroke} in {target}"
        # What leaked late would stand before this in the kernel's queue.
        page.execute("0")
        assert page.page.evaluate(STATE) == before, target
    text = page.page.locator(".keys textarea")
    text.fill("")
    before = page.page.evaluate(STATE)
    compose_and_press_shift_enter(page)
    page.execute("0")
    assert page.page.evaluate(STATE) == before
    assert text.input_value() == "日本"


def test_unprotected_keys_run_and_delete_cells(notebook: OpenNotebook) -> None:
    page = keys_page(notebook, "plain")
    again = "(count) => [...__lab.panel().content.model.cells][1].executionCount > count"
    count = page.execution_counts()[1]
    page.page.locator(".keys textarea").click()
    page.page.keyboard.press("Shift+Enter")
    page.wait_for(again, count)
    page.wait_kernel()
    page.page.locator(".keys button").click()
    page.page.keyboard.press("d")
    page.page.keyboard.press("d")
    page.wait_for("() => __lab.panel().content.model.cells.length === 3")


# ----------------------------------------------------------------- looks, accessibility


def test_axe_finds_what_is_wrong_in_a_shadow_root_and_only_there(notebook: OpenNotebook) -> None:
    page = keys_page(notebook, "stop")
    assert page.axe(".keys") == []
    page.page.evaluate(
        """() => {
          document.querySelector('.keys').shadowRoot.append(document.createElement('input'));
          document.body.append(document.createElement('input'));
        }"""
    )
    (violation,) = page.axe(".keys")
    assert violation.startswith("critical: label:")


def test_a_theme_and_a_picture(notebook: OpenNotebook, tmp_path: Path) -> None:
    page = keys_page(notebook, "stop")
    background = "() => getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')"
    light = page.page.evaluate(background)
    page.set_theme("JupyterLab Dark")
    assert page.page.evaluate(background) != light
    picture = page.screenshot(tmp_path / "page.png", width=700)
    assert int.from_bytes(picture.read_bytes()[16:20], "big") == 700


def test_errors_of_a_widget_are_collected(notebook: OpenNotebook) -> None:
    page = probed(notebook, "probe('one')")
    assert page.our_errors() == []
    page.page.evaluate("() => { console.error('one went wrong'); }")
    page.page.evaluate("() => { setTimeout(() => { throw new Error('another'); }); }")
    wait_until(lambda: len(page.our_errors()) == 2, "both are collected")
