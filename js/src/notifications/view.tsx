import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { Button } from "../core/button";
import { AskingButton } from "../core/confirm";
import type { ViewProps } from "../core/feature";
import { Floats } from "../core/float";
import { Empty, Frame, Refusal, Skeleton } from "../core/frame";
import { HeaderMenu } from "../core/header_menu";
import { useEffect, useMemo, useRef, useSignal, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import type { Options } from "../core/model";
import type { Signal } from "../core/signal";
import { lightOf, StatusLight } from "../core/status_light";
import { showCorner } from "./corner";
import type { Inbox } from "./inbox";
import { List } from "./list";
import { Sign } from "./row";
import { type Context, titleOf, wordsOf } from "./words";

export const NotificationsView = withHooks(function NotificationsView({
  room: inbox,
  options,
}: ViewProps<Inbox>): VNode {
  const { height, lang } = useSignal(options);
  const words = wordsOf(lang);
  const floats = useMemo(() => new Floats(), []);
  const view = useRef<HTMLElement>();
  useEffect(() => {
    inbox.lang.value = words.lang as typeof inbox.lang.value;
    return undefined;
  }, [words]);
  useEffect(() => watchSight(inbox, view.current as HTMLElement), [inbox]);
  return (
    <Frame
      {...{ words, height, view, floats }}
      name="notices"
      label={words.notifications}
      connection={inbox.connection}
      header={<Header inbox={inbox} floats={floats} options={options} />}
    >
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

interface HeaderProps {
  inbox: Inbox;
  floats: Floats;
  options: Signal<Options>;
}

const Header = withHooks(function Header(
  { inbox, floats, options }: HeaderProps,
  { words }: Context,
): VNode {
  const { connection, notices } = inbox;
  const lesson = useSignal(connection.lesson);
  const [light, word] = lightOf(lesson, useSignal(connection.kernel), words);
  const { quiet } = useSignal(inbox.state);
  useSignal(notices.version);
  const ended = hasEnded(lesson.state);
  const unread = ended ? 0 : inbox.unread;
  return (
    <div class="hd">
      <h3>{words.notifications}</h3>
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
      <StatusLight light={light} word={word} />
      <HeaderMenu floats={floats} options={options} />
    </div>
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
    <Empty connection={connection} skeleton={<Skeleton rows={SKELETON} />}>
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
