import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { endAll } from "../core/events";
import type { Language } from "../core/i18n";
import { asText, type Fields, type Intent, isFields } from "../core/messages";
import { isInSight } from "../core/navigation";
import { refusalSignal, Signal } from "../core/signal";
import {
  type InboxState,
  type Notice,
  plainState,
  readNews,
  readNotice,
  readState,
} from "./documents";
import { Toasts } from "./toasts";

/** The most ids that may be announced before their notifications arrive. */
const MOST_TOLD = 20;

/** The optimistic change of a notification by command; `undefined` removes it. */
const changes: Record<string, (told: Notice, args: Fields) => Notice | undefined> = {
  "notifications.read": (told) => ({ ...told, read: true }),
  "notifications.read_all": (told) => ({ ...told, read: true }),
  "notifications.clear": () => undefined,
  "notifications.act": (told, { action }) =>
    told.taken === action ? told : { ...told, read: true, taken: asText(action), choosing: true },
};

/** A person's notifications as this page holds them, for any number of views. */
export class Inbox {
  readonly connection: Connection;
  readonly notices: Collection<Notice>;
  readonly state = new Signal<InboxState>(plainState);
  /** The last refusal, for a while. */
  readonly refusal = refusalSignal();
  /** The notifications that came while a view was in sight, to be read out. */
  readonly unsaid = new Signal<readonly Notice[]>([]);
  /** The language of toasts beside any view. */
  readonly lang = new Signal<Language | "">("");
  readonly toasts: Toasts;

  #states: Collection<InboxState>;
  /** The views that are in sight. */
  #sights = new Set<object>();
  /** Ids that were told as news and did not arrive yet. */
  #told: string[] = [];
  #ends: (() => void)[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
    this.notices = connection.mirror("notifications", readNotice);
    this.#states = connection.mirror("inbox", readState);
    this.#states.version.subscribe(() => {
      this.state.value = this.#states.get("inbox") ?? plainState;
      if (this.state.value.quiet) this.toasts.clear();
    });
    this.toasts = new Toasts(this);
    this.notices.version.subscribe(() => {
      this.toasts.look();
      this.#tell();
    });
    connection.listen({
      shows: this.#shows,
      refused: (_, why) => this.refusal.show(why),
      signal: this.#onSignal,
    });
  }

  /** All notifications, the newest first. */
  get newest(): Notice[] {
    return this.notices.docs.reverse();
  }

  get unread(): number {
    return this.notices.docs.filter(({ read }) => !read).length;
  }

  /** Whether a view of this is in sight. */
  get inSight(): boolean {
    return this.#sights.size > 0 && !document.hidden;
  }

  /** A view came into sight, or went. */
  sight(view: object, seen: boolean): void {
    if (seen) this.#sights.add(view);
    else this.#sights.delete(view);
    if (this.inSight) this.toasts.clear();
  }

  read(id: string): void {
    const notice = this.notices.get(id);
    if (!notice || notice.read) return;
    this.connection.intend("notifications.read", { id });
  }

  readAll(): void {
    const unread = this.notices.docs.some(({ read }) => !read);
    const upTo = Math.max(...this.notices.docs.map(({ at }) => at));
    if (unread) this.connection.intend("notifications.read_all", { upTo });
  }

  clear(): void {
    const { docs } = this.notices;
    if (docs.length === 0) return;
    const upTo = Math.max(...docs.map(({ at }) => at));
    this.connection.intend("notifications.clear", { upTo });
  }

  act({ id }: Notice, action: string): void {
    this.connection.intend("notifications.act", { id, action });
  }

  quiet(on: boolean): void {
    this.connection.intend("notifications.quiet", { on });
  }

  /** Run `end` when this ends. */
  atEnd(end: () => void): void {
    this.#ends.push(end);
  }

  dispose(): void {
    for (const end of this.#ends) end();
    this.refusal.dispose();
    this.toasts.dispose();
    this.connection.dispose();
  }

  /** The optimistic change of an intent; returns its rollback. */
  #shows = ({ do: action, args }: Intent): (() => void) | undefined => {
    const quiet = args.on === true;
    if (action === "notifications.quiet")
      return this.#states.overlay("inbox", (told) => told && { ...told, quiet });
    const change = changes[action];
    if (!change) return undefined;
    const { id, upTo } = args;
    const meant = this.notices.docs.filter((one) => (id ? one.id === id : one.at <= Number(upTo)));
    const ends = meant.map((one) =>
      this.notices.overlay(one.id, (told) => told && change(told, args)),
    );
    return endAll(ends);
  };

  #onSignal = (name: string, data: unknown): void => {
    if (!isFields(data)) return;
    if (name === "notice") this.refusal.show(asText(data.message));
    if (name !== "news") return;
    // A signal may overtake the batch with what it tells of.
    this.#told = [...this.#told, ...readNews(data)].slice(-MOST_TOLD);
    this.#tell();
  };

  /** Say what was told of and is here. */
  #tell(): void {
    const fresh = this.#told.flatMap((id) => this.notices.get(id) ?? []);
    if (fresh.length === 0) return;
    this.#told = this.#told.filter((id) => !this.notices.get(id));
    if (this.inSight) this.unsaid.value = [...this.unsaid.value, ...fresh];
    else if (!this.state.value.quiet) this.toasts.add(fresh.filter(this.#isElsewhere));
  }

  /** Whether what it is about is not in sight itself: the chat with the mention, the poll. */
  #isElsewhere = ({ leads }: Notice): boolean =>
    !leads || !isInSight(this.connection.scope.value, leads.in);
}
