import type { VNode } from "preact";
import { Button } from "../core/button";
import type { ViewProps } from "../core/feature";
import type { Floats } from "../core/float";
import { findAll, focus, focusIn, isShortcut, moveFocus } from "../core/focus";
import { Empty, Frame, Refusal } from "../core/frame";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { hasEnded, isOffered } from "../core/messages";
import { Header, useView } from "../core/view";
import { ClassNotes } from "./class_notes";
import { isOfLesson } from "./documents";
import { NewNote } from "./editor";
import { ExportForm } from "./export_form";
import { OwnNotes } from "./own_notes";
import type { Room } from "./room";
import { type Context, Icon, wordsOf } from "./words";

const TABS = ["mine", "class"] as const;
type Tab = (typeof TABS)[number];

export const NotesView = withHooks(function NotesView(props: ViewProps<Room>): VNode {
  const { room } = props;
  const { words, view, floats, projected, frame } = useView(props, "notes", wordsOf);
  const [tab, show] = useState<Tab>("mine");
  const [exporting, setExporting] = useState(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isShortcut(event)) return;
    const at = focusIn(view.current)?.closest<HTMLElement>("article");
    const key = event.key.toLowerCase();
    const press = (name: string): void => at?.querySelector<HTMLElement>(name)?.click();
    if (key === "n" && tab === "mine")
      focus(view.current?.querySelector<HTMLElement>(".new textarea"));
    else if (key === "e") press(".do-edit");
    else if (key === "s") press(".do-share");
    else return;
    event.preventDefault();
  };
  return (
    <Frame
      {...{ ...frame, onKeyDown }}
      label={words.notes}
      header={
        <NotesHeader
          {...{ room, tab, show, exporting }}
          onExport={() => setExporting(!exporting)}
        />
      }
    >
      {exporting && !projected && <ExportForm room={room} onDone={() => setExporting(false)} />}
      <Refusal text={room.refusal} />
      <Body room={room} floats={floats} tab={projected ? "class" : tab} projected={projected} />
    </Frame>
  );
});

interface HeaderProps {
  room: Room;
  tab: Tab;
  show: (tab: Tab) => void;
  exporting: boolean;
  onExport: () => void;
}

const NotesHeader = withHooks(function NotesHeader(
  { room, tab, show, exporting, onExport }: HeaderProps,
  { words }: Context,
): VNode {
  const { connection, mine, shared } = room;
  const lesson = useSignal(connection.lesson);
  useSignal(mine.version);
  useSignal(shared.version);
  const tabs = useRef<HTMLDivElement>();
  const counts = { mine: mine.size, class: shared.size };
  const ended = hasEnded(lesson.state);
  return (
    <Header>
      <div
        class="tabs"
        role="tablist"
        aria-label={words.notes}
        ref={tabs}
        onKeyDown={(event: KeyboardEvent) => {
          const way = { wrap: true, sideways: true };
          const place = moveFocus(event, findAll(tabs.current, "[role=tab]"), way);
          if (place !== undefined) show(TABS[place] ?? "mine");
        }}
      >
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            class="btn quiet"
            aria-selected={tab === name}
            aria-label={words.shown(words[name], counts[name])}
            tabIndex={tab === name ? 0 : -1}
            onClick={() => show(name)}
          >
            {words[name]} {!ended && <span class="n">{counts[name]}</span>}
          </button>
        ))}
      </div>
      {!ended && mine.size + shared.size > 0 && (
        <Button
          look="quiet export"
          title={words.exportTitle}
          aria-label={words.exportTitle}
          aria-expanded={exporting}
          onClick={onExport}
        >
          <Icon name="export" />
          <span aria-hidden="true">{words.export}</span>
        </Button>
      )}
    </Header>
  );
});

interface BodyProps {
  room: Room;
  floats: Floats;
  tab: Tab;
  projected: boolean;
}

const Body = withHooks(function Body(
  { room, floats, tab, projected }: BodyProps,
  { words }: Context,
): VNode {
  const { connection, mine, shared } = room;
  const lesson = useSignal(connection.lesson);
  const filled = useSignal(connection.filled);
  useSignal(mine.version);
  useSignal(shared.version);
  useSignal(room.offer);
  const isClass = tab === "class";
  const newest = shared.lastBorn;
  useEffect(() => {
    if (isClass && !projected) room.seen();
  }, [isClass, newest]);
  if (filled && !isOffered(lesson, "notes_sharing")) {
    return <div class="empty">{words.notOffered}</div>;
  }
  const docs = isClass ? shared.docs.filter((note) => !projected || isOfLesson(note)) : mine.docs;
  const some = lesson.state !== "stopped" && docs.length > 0;
  return (
    <>
      <div class="scroll" role="tabpanel" aria-label={words[tab]}>
        {!some && (
          <Empty skeleton={SKELETON}>
            <Icon name="note" />
            <b>{isClass ? words.nothingShared : words.nothingMine}</b>
            <p>{isClass ? words.nothingSharedHint : words.nothingMineHint}</p>
          </Empty>
        )}
        {some && isClass && <ClassNotes {...{ room, floats, projected }} />}
        {some && !isClass && <OwnNotes {...{ room, floats }} />}
      </div>
      {!isClass && room.can("write") && !hasEnded(lesson.state) && <NewNote room={room} />}
    </>
  );
});

const SKELETON = [60, 44, 72].map((width) => [`${width}%`, "18%"]);
