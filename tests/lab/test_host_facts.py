"""What JupyterLab does, and the widgets build on: measured, and tried again each night.

Where one of these changes, a widget may need another remedy, or one less. They change with a
version of JupyterLab's, not with a line of ours; what the widgets make of them is tested beside.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.waiting import wait_until

from .conftest import OpenNotebook
from .harness import Lab, LabPage
from .test_comms_lab import (
    PROBE,
    clear_log,
    log,
    probed,
    release,
    send,
    wait_heard,
    wait_log,
    warm_up,
)

pytestmark = pytest.mark.nightly


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
