import openPicker from "../src/chat/picker";
import Questions from "../src/chat/questions";
import type { Feature } from "../src/core/feature";
import "../src/loader";
import Pictures from "../src/pictures/index";
import PollForm from "../src/polls/form";
import Viewers from "../src/viewers/index";
import { FakeHls } from "./fake_hls";
import type { MockModel } from "./mock";

/** What a mock's files of code export, where it carries no built ones. */
const extras: Record<string, unknown> = {
  "viewers@source": Viewers,
  "pictures@source": Pictures,
  "chat.picker@source": openPicker,
  "chat.questions@source": Questions,
  "polls.form@source": PollForm,
  "stream.hls@source": FakeHls,
};
type Load = (model: unknown, codes: readonly string[], over: AbortSignal) => Promise<unknown>;
const page = (globalThis as unknown as Record<symbol, Map<string, Load>>)[
  Symbol.for("edu-widgets")
];
const load = page?.get("code") as Load;
page?.set("code", async (model, codes, over) => extras[codes[1] ?? ""] ?? load(model, codes, over));

/** A view of a widget in the page. */
export interface Mounted {
  el: HTMLElement;
  root: ShadowRoot;
  find<E extends Element = HTMLElement>(selector: string): E;
  all(selector: string): HTMLElement[];
  close(): void;
}

/** Show what `model` is of; its widget has been told of it before, or the view is the first. */
export function mount(widget: Feature, model: MockModel): Mounted {
  const el = document.createElement("div");
  document.body.append(el);
  const end = widget.render({ model: model.proxy(), el });
  const root = (el.firstElementChild as HTMLElement).shadowRoot as ShadowRoot;
  return {
    el,
    root,
    find<E extends Element>(selector: string): E {
      const found = root.querySelector<E>(selector);
      if (!found) throw new Error(`no ${selector} in ${root.textContent}`);
      return found;
    },
    all: (selector) => [...root.querySelectorAll<HTMLElement>(selector)],
    close() {
      end();
      el.remove();
    },
  };
}

/** A key that goes down, as the browser tells of it. */
export const keydown = (key: string, init: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true, ...init });

/** The one that has this text or this label. */
export function named(name: string, buttons: HTMLElement[]): HTMLElement {
  const found = buttons.find((button) =>
    [button.textContent?.trim(), button.getAttribute("aria-label")].includes(name),
  );
  if (!found) throw new Error(`no ${name} in ${buttons.map((one) => one.outerHTML).join("\n")}`);
  return found;
}
