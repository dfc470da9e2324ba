// Where a toast stands while no view of the notifications is in sight: in a corner of the page,
// over nothing that people write in.

import { h, render as mount } from "preact";
import { on } from "../core/events";
import { findAll } from "../core/focus";
import { Speak } from "../core/i18n";
import { openStage, stages } from "../core/shadow";
import type { Inbox } from "./inbox";
import { Toast } from "./toast";
import css from "./toast.css?inline";
import { wordsOf } from "./words";

const MARGIN = 14;
const GAP = 8;

const corners = new WeakSet<Inbox>();

/**
 * Have a corner for an inbox's toasts, from its first view on: one for all of its views, and also
 * while it has none, as after another cell has taken the place of the pane.
 */
export function showCorner(inbox: Inbox): void {
  if (corners.has(inbox)) return;
  corners.add(inbox);
  inbox.atEnd(open(inbox));
}

function open(inbox: Inbox): () => void {
  const host = document.createElement("div");
  // Over the notebook, under what asks for an answer.
  host.style.cssText = `position:fixed;z-index:9000;right:${MARGIN}px;bottom:${MARGIN}px`;
  document.body.append(host);
  const stage = openStage(host, [css]);
  const place = document.createElement("div");
  place.className = "corner";
  stage.root.append(place);
  const move = (): void => settle(host, place);
  const show = (): void => {
    const words = wordsOf(inbox.lang.value);
    const children = h(Toast, { inbox, onMove: move });
    mount(h(Speak, { words, children }), place);
  };
  show();
  const endLang = inbox.lang.subscribe(show);
  const soon = (): void => {
    if (inbox.toasts.shown.value) requestAnimationFrame(move);
  };
  const endMoves = on(window, "resize scroll focusin", soon, { capture: true, passive: true });
  return () => {
    endMoves();
    endLang();
    mount(null, place);
    stage.dispose();
    host.remove();
  };
}

/** Move the corner up until it is over nothing that people write in; else to the top. */
function settle(host: HTMLElement, place: HTMLElement): void {
  host.style.bottom = `${MARGIN}px`;
  host.style.top = "";
  const { width, height } = place.getBoundingClientRect();
  if (height === 0) return;
  const right = innerWidth - MARGIN;
  const left = right - width;
  let bottom = innerHeight - MARGIN;
  const boxes = written()
    .filter((box) => box.right > left && box.left < right && box.width > 0)
    .sort((a, b) => b.bottom - a.bottom);
  for (const box of boxes) {
    if (box.top < bottom && box.bottom > bottom - height) bottom = box.top - GAP;
  }
  if (bottom - height < MARGIN) {
    host.style.bottom = "";
    host.style.top = `${MARGIN}px`;
  } else {
    host.style.bottom = `${innerHeight - bottom}px`;
  }
}

/** The boxes people write in: the composers, and the focused element if it takes text. */
function written(): DOMRect[] {
  const found: Element[] = [...stages].flatMap((root) => findAll(root, ".composer"));
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused?.matches("textarea, input, [contenteditable]")) found.push(focused);
  return found.map((element) => element.getBoundingClientRect());
}
