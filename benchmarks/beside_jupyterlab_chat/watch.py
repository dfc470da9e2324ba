"""The time at which a message is in sight, by the browser's own clock.

The same script is injected into every page of both sides before it loads. A message is *shown* in
the first frame in which the element with its text lies within its scrolling element.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from playwright.sync_api import BrowserContext, CDPSession, Page

SCRIPT = """
(() => {
  if (window.__watch) return;
  const MESSAGE = 'article, [role=article], .jp-chat-message';
  const roots = [document];
  const now = () => performance.timeOrigin + performance.now();
  let token = sessionStorage.getItem('watch'), tell = null, told = null;
  const promise = () => { told = new Promise((resolve) => { tell = resolve; }); };
  promise();

  // The element whose own text has the token, if it is a message's.
  const find = (node) => {
    if (!node.isConnected || !node.textContent.includes(token)) return null;
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = texts.currentNode; text; text = texts.nextNode()) {
      if (text.nodeType !== Node.TEXT_NODE || !text.data.includes(token)) continue;
      const element = text.parentElement;
      if (element?.closest(MESSAGE)) return element;
    }
    return null;
  };
  const scrollerOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { overflowY } = getComputedStyle(at);
      if (overflowY === 'auto' || overflowY === 'scroll') return at;
    }
    return document.documentElement;
  };
  const inSight = (element) => {
    const box = element.getBoundingClientRect();
    const frame = scrollerOf(element).getBoundingClientRect();
    return box.height > 0 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
  };
  const look = (element) => {
    const wanted = token, there = now();
    const frame = () => {
      if (wanted !== token) return;
      if (!element.isConnected) {   // drawn anew: look for it where it is now
        for (const root of roots) {
          const again = find(root === document ? document.body : root);
          if (again) { element = again; break; }
        }
      }
      if (element.isConnected && inSight(element)) {
        token = null;
        tell({ there, shown: now() });
      } else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  let looking = null;
  const onChange = (records) => {
    if (!token || looking === token) return;
    for (const { type, target, addedNodes } of records) {
      for (const node of type === 'characterData' ? [target.parentElement] : addedNodes) {
        const element = node && find(node);
        if (!element) continue;
        looking = token;
        look(element);
        return;
      }
    }
  };
  const observe = (root) => new MutationObserver(onChange)
    .observe(root, { subtree: true, childList: true, characterData: true });
  observe(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    roots.push(root);
    observe(root);
    return root;
  };
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') window.__entered = now();
  }, true);
  window.__watch = {
    expect: (text) => { token = text; looking = null; promise(); },
    shown: () => told,
    // The next document of this tab waits for it from its first moment.
    expectAfterLoad: (text) => sessionStorage.setItem('watch', text),
  };
})();
"""


def install(context: BrowserContext) -> None:
    """Inject the script into every page that this context opens from now on."""
    context.add_init_script(SCRIPT)


def expect(page: Page, token: str) -> None:
    page.evaluate("(token) => __watch.expect(token)", token)


@dataclass(frozen=True)
class Shown:
    """Times at which a message's text was in the page and in sight (`at`), in ms since 1970."""

    there: float
    at: float


def shown(page: Page, timeout: float = 60) -> Shown:
    """Wait for the expected message to come into sight."""
    late = (
        f"new Promise((_, no) => setTimeout(() => no(new Error('not in sight')), {timeout * 1e3}))"
    )
    found = page.evaluate(f"() => Promise.race([__watch.shown(), {late}])")
    return Shown(float(found["there"]), float(found["shown"]))


def entered(page: Page) -> float:
    """Return the time of the last Enter in a page, in ms since 1970."""
    return cast("float", page.evaluate("() => window.__entered"))


def reload_until_shown(page: Page, token: str, timeout: float = 120) -> float:
    """Measure ms from the start of reloading a page to a message in sight."""
    page.evaluate("(token) => __watch.expectAfterLoad(token)", token)
    page.reload(wait_until="commit")
    at = shown(page, timeout).at
    page.evaluate("() => sessionStorage.removeItem('watch')")
    return at - float(page.evaluate("() => performance.timeOrigin"))


class Wire:
    """Counts frames and payload bytes (uncompressed) that a page receives over WebSockets."""

    def __init__(self, page: Page) -> None:
        self.frames = 0
        self.bytes = 0
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.on("Network.webSocketFrameReceived", self._on_frame)
        self._session.send("Network.enable")

    def _on_frame(self, event: dict[str, object]) -> None:
        response = cast("dict[str, object]", event["response"])
        data = str(response["payloadData"])
        text = response["opcode"] == 1
        self.frames += 1
        # Binary payloads come as base64.
        self.bytes += len(data.encode()) if text else len(data) * 3 // 4 - data[-2:].count("=")

    def close(self) -> None:
        self._session.detach()
