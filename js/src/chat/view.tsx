import type { VNode } from "preact";
import { ErrorBoundary } from "../core/error_boundary";
import type { ViewProps } from "../core/feature";
import { isModified } from "../core/focus";
import { Empty, Frame } from "../core/frame";
import { useEffect, useMemo, useRef, useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { late } from "../core/late";
import { hasEnded } from "../core/messages";
import { offer } from "../core/navigation";
import { isolated } from "../core/text";
import { Header, useLive, useView } from "../core/view";
import { Attendance } from "./attendance";
import { Composer } from "./composer";
import { Log } from "./log";
import { MutedLine, SlowLine, useSettings } from "./moderation";
import { Pane } from "./pane";
import { PinBar } from "./pins";
import { QuestionsButton } from "./questions_button";
import type { Room } from "./room";
import { closeSearch, openSearch, SearchButton, SearchResults, SearchRow } from "./search_view";
import { loadPicker } from "./tools";
import { type Context, wordsOf } from "./words";

const Questions = late<{ pane: Pane; projected: boolean }>("chat.questions");

export const ChatView = withHooks(function ChatView(props: ViewProps<Room>): VNode {
  const { room } = props;
  const pane = useMemo(() => new Pane(room), [room]);
  const { words, view, scope, projected, frame } = useView(props, "chat", wordsOf, {
    floats: pane.floats,
    alone: true,
  });
  const filled = useSignal(room.connection.filled);
  const pins = useSignal(room.pins.version);
  useEffect(() => () => pane.dispose(), [pane]);
  // Soon, so that it is there when a cell keeps the kernel from answering.
  useEffect(() => {
    if (!filled) return;
    void loadPicker(room);
    void Questions.load(room.connection);
  }, [room, filled]);
  useEffect(
    () => offer(scope, "chat", view.current, (message) => pane.jump(message, words.gone)),
    [pane, words, scope],
  );
  return (
    <Frame {...frame} label={words.chat} header={<ChatHeader pane={pane} />}>
      {projected ? (
        <Questions pane={pane} projected />
      ) : (
        <>
          <SearchRow pane={pane} />
          <ErrorBoundary of={pins}>
            <PinBar pane={pane} />
          </ErrorBoundary>
          <Talk pane={pane} />
        </>
      )}
    </Frame>
  );
});

const ChatHeader = withHooks(function ChatHeader(
  { pane }: { pane: Pane },
  { words }: Context,
): VNode {
  const { room } = pane;
  const lesson = useSignal(room.connection.lesson);
  const isLive = useLive(room.connection);
  const { online, here } = lesson;
  return (
    <Header tools={<SearchButton pane={pane} />} menu={useSettings(pane, words)}>
      <span class="sub n">
        <bdi>{lesson.course}</bdi>
        {isLive && online !== null && (
          <>
            {"· "}
            {here.length > 0 ? <Attendance people={online} names={here} /> : words.here(online)}
          </>
        )}
      </span>
      <QuestionsButton pane={pane} />
    </Header>
  );
});

/** The messages and the box to write one. */
const Talk = withHooks(function Talk({ pane }: { pane: Pane }, { words }: Context): VNode {
  const { room } = pane;
  const { connection, messages } = room;
  const stage = useRef<HTMLDivElement>();
  const { state, readonly } = useSignal(connection.lesson);
  const kernel = useSignal(connection.kernel);
  const ended = hasEnded(state);
  const toList = (): void => {
    const article = stage.current?.querySelector<HTMLElement>('article[tabindex="0"]');
    if (article) article.focus();
    else stage.current?.querySelector("textarea")?.blur();
  };
  const shown = useSignal(pane.shown);
  const { muted, can } = useSignal(room.state);
  const results = useSignal(pane.search.results);
  const covered = useSignal(pane.search.shown) && results !== null;
  useSignal(messages.version);
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (isModified(event) || !target.closest(".log")) return;
    const leaves = event.key === "Escape" && target.tagName === "ARTICLE";
    if (event.key === "/") openSearch(pane);
    else if (leaves && pane.search.open.value) closeSearch(pane, target.closest(".edu"));
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a key of the list in it
    <div class="talk" ref={stage} onKeyDown={onKeyDown}>
      <div class="middle">
        <div class={covered ? "covered" : ""}>
          {shown === "questions" ? (
            <Questions pane={pane} projected={false} />
          ) : messages.size > 0 ? (
            <Log pane={pane} />
          ) : (
            <Nothing room={room} />
          )}
        </div>
        <SearchResults pane={pane} />
      </div>
      {!ended && (
        <>
          <Foot room={room} />
          <SlowLine room={room} />
          {muted !== null ? (
            <MutedLine until={muted} />
          ) : readonly || !can.includes("send") ? (
            <p class="readonly">
              <Icon name="lock" />
              {words.readonly}
            </p>
          ) : (
            <Composer
              room={room}
              open={kernel !== "gone"}
              onSent={(isQuestion) => pane.onOwn(isQuestion)}
              onLeave={toList}
            />
          )}
        </>
      )}
    </div>
  );
});

/** In place of messages: why there are none. */
const Nothing = withHooks(function Nothing({ room }: { room: Room }, { words }: Context): VNode {
  const { connection } = room;
  const { course } = useSignal(connection.lesson);
  return (
    <Empty skeleton={SKELETON}>
      <Icon name="chat" />
      <b>{words.empty}</b>
      <p>{words.emptyHint(course)}</p>
    </Empty>
  );
});

const SKELETON = [70, 46, 58].map((width) => ["", `${width}%`]);

/** One fixed line over the composer: a refusal, or who is typing. */
const Foot = withHooks(function Foot({ room }: { room: Room }, { words }: Context): VNode {
  const notice = useSignal(room.notice);
  const { names, people } = useSignal(room.typing);
  return (
    <div class="foot">
      <span role="alert" class="refusal">
        {notice && (
          <>
            <Icon name="alert" />
            <span dir="auto">{words.refusal(notice.code, notice.text)}</span>
          </>
        )}
      </span>
      <span role="status" class="typing">
        {!notice && people > 0 && (
          <>
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span>{words.typing(names.map(isolated), people)}</span>
          </>
        )}
      </span>
    </div>
  );
});
