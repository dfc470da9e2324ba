import type { VNode } from "preact";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import { Icon, type IconName, icons } from "../core/icons";
import { canLead, lead, offered } from "../core/navigation";
import { bodyText, Rich } from "../core/rich_text";
import { oneLine } from "../core/text";
import { bell, belloff, done } from "../shared/shapes";
import type { Action, Notice } from "./documents";
import type { Inbox } from "./inbox";
import { type Context, since, titleOf } from "./words";

/** The most of a text that goes into the accessible name of its row, in UTF-16 units. */
const READ_OUT = 400;

interface Props {
  inbox: Inbox;
  notice: Notice;
  now: number;
  /** Whether this is the one that the list's tab stop is at. */
  current: boolean;
}

/** One notification: its title, text, age and buttons. */
export const Row = withHooks(function Row(
  { inbox, notice, now, current }: Props,
  { words }: Context,
): VNode {
  const { id, at, read, text, type } = notice;
  const title = titleOf(notice, words);
  const tab = current ? 0 : -1;
  const date = new Date(at);
  return (
    <li
      class={read ? `nt ${type}` : `nt un ${type}`}
      data-id={id}
      tabIndex={tab}
      aria-label={[
        !read && words.isUnread,
        type !== "info" && notice.kind === "notification" && words.types[type],
        title,
        oneLine(bodyText(text), READ_OUT),
      ]
        .filter(Boolean)
        .join(": ")}
    >
      {!read && (
        <button
          type="button"
          class="mark"
          tabIndex={tab}
          aria-label={words.markRead(title)}
          title={words.markRead(title)}
          onClick={() => inbox.read(id)}
        />
      )}
      <Sign name={signOf(notice)} />
      <div class="what">
        <p class="title" dir="auto">
          {!read && <span class="sr">{words.isUnread}: </span>}
          {type !== "info" && notice.kind === "notification" && (
            <span class="sr">{words.types[type]}: </span>
          )}
          {title}
        </p>
        <div class="text">
          {text.length > 0 && <Rich body={text} context={{ reachable: current }} />}
        </div>
        <Actions inbox={inbox} notice={notice} tab={tab} />
      </div>
      <time class="n" dateTime={date.toISOString()} title={date.toLocaleString(words.lang)}>
        {since(at, now, words)}
      </time>
    </li>
  );
});

interface ActionsProps {
  inbox: Inbox;
  notice: Notice;
  tab: number;
}

const Actions = withHooks(function Actions(
  { inbox, notice, tab }: ActionsProps,
  { words }: Context,
): VNode | null {
  const { connection } = inbox;
  const { can } = useSignal(inbox.state);
  const kernel = useSignal(connection.kernel);
  const scope = useSignal(connection.scope);
  useSignal(offered);
  const { leads } = notice;
  const actions = notice.actions.filter(({ href }) => href || can.includes("act"));
  const leading = leads !== null && canLead(scope, leads.in);
  if (actions.length === 0 && !leading) return null;
  const go = (): void => {
    inbox.read(notice.id);
    if (leads) lead(scope, leads.in, leads);
  };
  return (
    <div class="ac">
      {leading && (
        <Button look="line" tabIndex={tab} onClick={go}>
          {notice.kind === "poll" ? words.vote : words.show}
        </Button>
      )}
      {actions.map((action) =>
        action.href ? (
          <Out inbox={inbox} notice={notice} action={action} href={action.href} tab={tab} />
        ) : (
          <Post inbox={inbox} notice={notice} action={action} tab={tab} gone={kernel === "gone"} />
        ),
      )}
      {notice.choosing && <span class="to">{words.choosing}</span>}
    </div>
  );
});

interface ActionProps extends ActionsProps {
  action: Action;
}

/** A link, and where it leads: the host that the browser will go to, as the browser spells it. */
const Out = withHooks(function Out(
  { inbox, notice, action, href, tab }: ActionProps & { href: string },
  { words }: Context,
): VNode {
  const leadsTo = words.leadsTo(new URL(href).host);
  return (
    <span class="out">
      <a
        class={`btn ${action.style}`}
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        tabIndex={tab}
        aria-label={`${action.label}, ${leadsTo}, ${words.newTab}`}
        onClick={() => inbox.read(notice.id)}
      >
        <bdi>{action.label}</bdi>
        <Sign name="ext" />
      </a>
      <span class="to" aria-hidden="true">
        {leadsTo}
      </span>
    </span>
  );
});

/** A button that posts an answer; the last choice counts. */
const Post = withHooks(function Post(
  { inbox, notice, action, tab, gone }: ActionProps & { gone: boolean },
  { words }: Context,
): VNode {
  const posted = action.action ?? "";
  const chosen = notice.taken === posted;
  return (
    <Button
      look={`line ${action.style}${chosen ? " on" : ""}`}
      aria-pressed={chosen}
      off={gone}
      tabIndex={tab}
      title={chosen ? words.chosen : undefined}
      onClick={() => !chosen && inbox.act(notice, posted)}
    >
      {chosen && <Icon name="check" />}
      <bdi>{action.label}</bdi>
    </Button>
  );
});

// As the core's.
const own = {
  ...{ bell, belloff, done },
  activity: "M2 8.5h2.8L6.5 4l3 8 1.7-3.5H14",
  book: "M3 3.5h3.5A1.5 1.5 0 0 1 8 5v8a1.5 1.5 0 0 0-1.5-1.2H3zM13 3.5H9.5A1.5 1.5 0 0 0 8 5v8a1.5 1.5 0 0 1 1.5-1.2H13z",
  card: "M2.5 4.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM2.5 6.5h11M5 10h2",
  ext: "M9.5 3H13v3.5M12.7 3.3 7.5 8.5M11.5 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1h2.5",
  info: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 7.5v3.4M8 5.1v.1",
  poll: "M3 13V9M8 13V3M13 13V6.5",
  read: "m1.5 8.5 3 3L10 6M8.5 11.5 14.5 6",
};

type SignName = IconName | keyof typeof own;

export const Sign = icons(own);

const ofType: Record<Notice["type"], SignName> = {
  info: "info",
  success: "done",
  warning: "clock",
  error: "alert",
  course_update: "book",
  payment: "card",
  message: "chat",
};

const ofKind: Partial<Record<Notice["kind"], SignName>> = {
  mention: "chat",
  poll: "poll",
  user_activity: "activity",
  course_update: "book",
};

/** The shape of a notification: of what it was made of, else of its type. */
export const signOf = ({ kind, type }: Notice): SignName => ofKind[kind] ?? ofType[type];
