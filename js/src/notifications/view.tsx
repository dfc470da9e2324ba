import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { Button } from "../core/button";
import { AskingButton } from "../core/confirm";
import type { ViewProps } from "../core/feature";
import { Empty, Frame, Refusal } from "../core/frame";
import { useEffect, useSignal, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import { Header, useView } from "../core/view";
import { showCorner } from "./corner";
import type { Inbox } from "./inbox";
import { List } from "./list";
import { Sign } from "./row";
import { type Context, titleOf, wordsOf } from "./words";

export const NotificationsView = withHooks(function NotificationsView(
  props: ViewProps<Inbox>,
): VNode {
  const { room: inbox } = props;
  const { words, view, frame } = useView(props, "notices", wordsOf);
  useEffect(() => {
    inbox.lang.value = words.lang as typeof inbox.lang.value;
    return undefined;
  }, [words]);
  useEffect(() => watchSight(inbox, view.current as HTMLElement), [inbox]);
  return (
    <Frame {...frame} label={words.notifications} header={<InboxHeader inbox={inbox} />}>
      <Refusal text={inbox.refusal} />
      <Body inbox={inbox} />
      <News inbox={inbox} />
    </Frame>
  );
});

/** Tell the inbox whether the view is in sight: toasts are shown only while no view is. */
function watchSight(inbox: Inbox, view: HTMLElement): () => void {
  const observer = new IntersectionObserver((entries) => {
    inbox.sight(view, entries.at(-1)?.isIntersecting === true);
  });
  observer.observe(view);
  showCorner(inbox);
  return () => {
    observer.disconnect();
    inbox.sight(view, false);
  };
}

const InboxHeader = withHooks(function InboxHeader(
  { inbox }: { inbox: Inbox },
  { words }: Context,
): VNode {
  const { connection, notices } = inbox;
  const lesson = useSignal(connection.lesson);
  const { quiet } = useSignal(inbox.state);
  useSignal(notices.version);
  const ended = hasEnded(lesson.state);
  const unread = ended ? 0 : inbox.unread;
  return (
    <Header>
      <span class="sub n">{unread > 0 && <span>{words.unread(unread)}</span>}</span>
      {unread > 0 && (
        <Button
          look="quiet all"
          aria-label={words.markAllRead}
          title={words.markAllRead}
          onClick={() => inbox.readAll()}
        >
          <Sign name="read" />
          <span aria-hidden="true">{words.markAllRead}</span>
        </Button>
      )}
      <Button
        look="quiet sw"
        role="switch"
        aria-checked={quiet}
        aria-label={words.doNotDisturb}
        title={words.doNotDisturb}
        onClick={() => inbox.quiet(!quiet)}
      >
        <Sign name="belloff" />
        <span aria-hidden="true">{words.doNotDisturb}</span>
        <i />
      </Button>
    </Header>
  );
});

const Body = withHooks(function Body({ inbox }: { inbox: Inbox }, { words }: Context): VNode {
  const { connection, notices } = inbox;
  const { state } = useSignal(connection.lesson);
  useSignal(notices.version);
  if (state !== "stopped" && notices.size > 0) {
    return (
      <>
        <List inbox={inbox} />
        <Clear inbox={inbox} />
      </>
    );
  }
  return (
    <Empty skeleton={SKELETON}>
      <Sign name="bell" />
      <b>{words.nothing}</b>
      <p>{words.nothingHint}</p>
    </Empty>
  );
});

/** Clearing cannot be taken back, so it asks. */
const Clear = withHooks(function Clear({ inbox }: { inbox: Inbox }, { words }: Context): VNode {
  const count = inbox.notices.size;
  return (
    <div class="clear">
      <AskingButton
        label={words.clear}
        question={words.askClear(count)}
        yes={words.confirmClear(count)}
        onYes={() => inbox.clear()}
      />
    </div>
  );
});

/** Reads out the new notifications. */
const News = withHooks(function News({ inbox }: { inbox: Inbox }, { words }: Context): VNode {
  const unsaid = useSignal(inbox.unsaid);
  const [first] = unsaid;
  const title = first && unsaid.length === 1 ? `: ${titleOf(first, words)}` : "";
  return (
    <Announced
      text={first ? words.news(unsaid.length) + title : ""}
      onSaid={() => {
        inbox.unsaid.value = [];
      }}
    />
  );
});

const SKELETON = [40, 28, 34].map((width) => [`${width}%`, `${2 * width}%`]);
