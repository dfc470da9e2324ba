import type { Fields } from "../src/core/messages";
import widget from "../src/notifications/index";
import { MockModel } from "./mock";
import { keydown, type Mounted, mount, named } from "./mount";
import { freshCourse, settled } from "./stage";

/** A view of the notifications in the page, with the model behind it. */
export interface NoticeStage extends Mounted {
  model: MockModel;
  course: string;
  button(name: string): HTMLElement;
  /** Each row's title, text and time. */
  rows(): string[];
  text(): string;
  press(key: string): KeyboardEvent;
  asked(): [string, Fields][];
  /** A batch of the kernel's, and what of it is news. */
  tell(docs: Fields[], news?: boolean): Promise<void>;
  gone(...ids: string[]): Promise<void>;
  state(more: Fields): Promise<void>;
  /** The view goes out of sight, or comes back. */
  sight(seen: boolean): Promise<void>;
  toast(): HTMLElement | null;
  toastText(): string;
}

const open: (() => void)[] = [];

let number = 0;
export const START = new Date(2026, 10, 23, 10, 0).getTime();

export const note = (title: string, more: Fields = {}): Fields => {
  number++;
  return {
    ...{ id: `n${number}`, born: START + number, rev: number, type: "info" },
    ...{ kind: "notification", title, text: "", read: false },
    ...more,
  };
};

interface Shown {
  docs?: Fields[];
  inbox?: Fields;
  lesson?: Fields;
  lang?: string;
  bare?: boolean;
}

export const inSight = (el: HTMLElement): Promise<void> =>
  new Promise((done) => {
    const observer = new IntersectionObserver(() => {
      observer.disconnect();
      done();
    });
    observer.observe(el);
  });

/** A view that has its snapshot, unless it is `bare`. */
export async function shown(what: Shown = {}): Promise<NoticeStage> {
  const options = { height: 420, lang: what.lang ?? "en" };
  const course = freshCourse();
  const model = new MockModel({ kind: "notifications", course, options });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  open.push(() => {
    mounted.close();
    end();
  });
  const inbox = { id: "inbox", rev: 1, quiet: false, can: ["act"], ...what.inbox };
  const held = { notifications: what.docs ?? [], inbox: [inbox] };
  if (!what.bare) model.snapshot([], { course, ...what.lesson }, {}, held);
  await settled();
  const { el, root } = mounted;
  const host = el.firstElementChild as HTMLElement;
  const corner = document.body.lastElementChild as HTMLElement;
  let n = 0;
  const stage: NoticeStage = {
    ...mounted,
    ...{ model, course },
    button: (name) => named(name, stage.all("button, a")),
    rows: () =>
      stage.all(".nt").map((row) =>
        ["p.title", ".text", "time"]
          .map((part) => row.querySelector<HTMLElement>(part)?.innerText.trim() ?? "")
          .map((part) => part.replace(":\n", ": "))
          .filter((part) => part !== "")
          .join(" | ")
          .replace(/[\u2068\u2069]/g, ""),
      ),
    text: () =>
      (root.querySelector(".edu") as HTMLElement).innerText
        .replace(/[\u2068\u2069]/g, "")
        .replace(/\s+/g, " "),
    press(key) {
      const event = keydown(key);
      (root.activeElement ?? stage.find(".edu")).dispatchEvent(event);
      return event;
    },
    asked: () => model.asked("intent").map(({ do: action, args }) => [action, args]),
    async tell(docs, news = false) {
      model.say({ op: "batch", n: ++n, set: { notifications: docs } });
      const ids = docs.map(({ id }) => id);
      if (news) model.say({ op: "signal", name: "news", data: { ids } });
      await settled();
    },
    async gone(...ids) {
      model.say({ op: "batch", n: ++n, del: { notifications: ids } });
      await settled();
    },
    async state(more) {
      const doc = { ...inbox, rev: n + 10, ...more };
      model.say({ op: "batch", n: ++n, set: { inbox: [doc] } });
      await settled();
    },
    async sight(seen) {
      host.style.display = seen ? "" : "none";
      // An observer of our own, made later, is told later.
      await inSight(el);
      await settled();
      await inSight(el);
      await settled();
    },
    toast: () => corner.firstElementChild?.shadowRoot?.querySelector<HTMLElement>(".toast") ?? null,
    toastText: () => (stage.toast()?.innerText ?? "").replace(/\s+/g, " ").trim(),
  };
  await stage.sight(true);
  return stage;
}

export function closeNotifications(): void {
  for (const close of open.splice(0)) close();
}
