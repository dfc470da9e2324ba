import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { Confirm } from "../core/confirm";
import type { ViewProps } from "../core/feature";
import type { Floats } from "../core/float";
import { focus, onEscape } from "../core/focus";
import { Empty, Frame, Refusal } from "../core/frame";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { openMenu } from "../core/menu";
import { hasEnded } from "../core/messages";
import { type BlobRef, blobRef, Picture } from "../core/pictures";
import { Header, useView } from "../core/view";
import { png } from "./export";
import { keys } from "./keys";
import { List } from "./list";
import { download, type Room, type Writing } from "./room";
import { Sheet } from "./sheet";
import { Tools } from "./tools";
import { type Context, Icon, wordsOf } from "./words";

type Drawing = { current: Sheet | null };

export const BoardView = withHooks(function BoardView(props: ViewProps<Room>): VNode {
  const { room } = props;
  const { words, floats, projected, frame } = useView(props, "board", wordsOf);
  const sheet: Drawing = useRef<Sheet>();
  const { draws } = useSignal(room.offer);
  const { state, features } = useSignal(room.connection.lesson);
  const filled = useSignal(room.connection.filled);
  const isHere = filled && !hasEnded(state) && features.includes("board");
  return (
    <Frame
      {...frame}
      label={words.board}
      header={<BoardHeader room={room} />}
      onKeyDown={(event) => keys(event, room, sheet.current)}
    >
      <Refusal text={room.refusal} />
      {isHere && draws && !projected && <Tools room={room} />}
      {isHere && !draws && !projected && <Locked />}
      {isHere ? (
        <Paper {...{ room, sheet, projected }} />
      ) : (
        <Empty skeleton={[["80%"], ["60%"]]}>
          <Icon name="board" />
          <b>{words.notOffered}</b>
        </Empty>
      )}
      {isHere && !projected && <Foot {...{ room, sheet, floats }} />}
    </Frame>
  );
});

const Locked = withHooks(
  (_: object, { words }: Context): VNode => (
    <p class="locked" role="status">
      <Icon name="lock" />
      <span>
        <b>{words.locked}</b> {words.lockedHint}
      </span>
    </p>
  ),
);

const BoardHeader = withHooks(function BoardHeader(
  { room }: { room: Room },
  { words }: Context,
): VNode {
  const lesson = useSignal(room.connection.lesson);
  const { staff, open, leads, leader } = useSignal(room.offer);
  const following = useSignal(room.following);
  const ended = hasEnded(lesson.state);
  return (
    <Header>
      <span class="grow" />
      {staff && !ended && (
        <>
          <Button
            look="quiet switch"
            role="switch"
            aria-checked={!open}
            aria-label={words.onlyStaff}
            title={words.onlyStaff}
            onClick={() => room.set({ open: !open })}
          >
            <Icon name="lock" />
            <span>{words.onlyStaff}</span>
          </Button>
          <Button
            look="quiet switch"
            role="switch"
            aria-checked={leads}
            aria-label={words.classFollows}
            title={words.classFollows}
            onClick={() => room.set({ follow: !leads })}
          >
            <Icon name="eye" />
            <span>{words.classFollows}</span>
          </Button>
        </>
      )}
      {leader && !leads && !ended && (
        <Button
          look="quiet switch"
          aria-pressed={following}
          onClick={() => {
            room.following.value = !following;
          }}
        >
          <Icon name="eye" />
          <bdi>{following ? words.followingOf(leader) : words.follow(leader)}</bdi>
        </Button>
      )}
    </Header>
  );
});

interface PaperProps {
  room: Room;
  sheet: Drawing;
  projected: boolean;
}

/** The sheet, the text that is written on it, and the list of what is there. */
const Paper = withHooks(function Paper(
  { room, sheet, projected }: PaperProps,
  { words }: Context,
): VNode {
  const canvas = useRef<HTMLCanvasElement>();
  const page = useSignal(room.page);
  const { hand } = useSignal(room.held);
  const { view, leader, leads, draws } = useSignal(room.offer);
  const following = useSignal(room.following);
  const writing = useSignal(room.writing);
  useSignal(room.items.version);
  useSignal(room.pages.version);
  useEffect(() => {
    if (!canvas.current) return;
    const made = new Sheet(room, canvas.current);
    sheet.current = made;
    return () => {
      sheet.current = null;
      made.dispose();
    };
  }, [room]);
  useEffect(() => {
    if (sheet.current) sheet.current.names = !projected;
    sheet.current?.retheme();
  }, [projected]);
  useEffect(() => {
    if (!view || !leader || leads || !following) return;
    room.page.value = view.page;
    sheet.current?.follow(view);
  }, [view, leader, leads, following]);
  const pages = room.order;
  const index = Math.max(
    0,
    pages.findIndex(({ id }) => id === page),
  );
  useEffect(() => {
    // A page that somebody has taken away leads back to the first one.
    if (room.pages.size > 0 && !room.pages.get(page) && !room.connection.unsent.length) {
      room.page.value = "first";
    }
  }, [pages.length]);
  const name = words.pageOf(index + 1, pages.length);
  const ground = blobRef(pages[index]?.ground);
  const hint = `sheet-${room.connection.page}`;
  return (
    <div class="paper">
      <div
        class={draws ? `sheet ${hand}` : "sheet"}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys draw and move on it
        tabIndex={0}
        aria-label={words.sheet(name, room.shown.length)}
        aria-describedby={hint}
      >
        {ground && <Ground key={page} ground={ground} sheet={sheet} />}
        <canvas ref={canvas} />
      </div>
      <span class="sr" id={hint}>
        {words.sheetHint}
      </span>
      {writing && <TextBox {...{ room, sheet, writing, canvas }} />}
      {!projected && <List room={room} sheet={sheet} />}
    </div>
  );
});

/** The picture that a page lies on: it moves with the page. */
const Ground = withHooks(function Ground({
  ground,
  sheet,
}: {
  ground: BlobRef;
  sheet: Drawing;
}): VNode {
  const place = useRef<HTMLDivElement>();
  useEffect(() => {
    const move = (): void => {
      const { x, y, zoom } = sheet.current?.camera.value ?? { x: 0, y: 0, zoom: 1 };
      if (place.current) {
        place.current.style.transform = `translate(${-x * zoom}px, ${-y * zoom}px) scale(${zoom})`;
      }
    };
    move();
    return sheet.current?.camera.subscribe(move);
  }, [sheet.current]);
  const { width, height } = ground;
  return (
    <div ref={place} class="ground" style={{ width: `${width}px`, height: `${height}px` }}>
      <Picture blob={ground} max={{ width, height }} onOpen={false} reachable={false} />
    </div>
  );
});

interface TextProps {
  room: Room;
  sheet: Drawing;
  writing: Writing;
  canvas: { current: HTMLCanvasElement | null };
}

/** A text that is being written, at its place; what is typed is kept when one goes elsewhere. */
const TextBox = withHooks(function TextBox(
  { room, sheet, writing, canvas }: TextProps,
  { words }: Context,
): VNode {
  const box = useRef<HTMLTextAreaElement>();
  const [, again] = useState(0);
  useEffect(() => sheet.current?.camera.subscribe(() => again(Math.random())), []);
  useEffect(() => focus(box.current), []);
  const [x, y] = sheet.current?.toScreen(writing.place) ?? [0, 0];
  const end = (isKept: boolean): void => {
    const text = box.current?.value.trim() ?? "";
    if (room.writing.value !== writing) return;
    room.writing.value = null;
    if (isKept && text && text !== writing.text) {
      if (writing.of) room.rewrite(writing.of, text);
      else room.draw(writing.tool, [writing.place], { text });
    }
    focus(canvas.current?.parentElement);
  };
  return (
    <textarea
      ref={box}
      class={`writing ${writing.tool}`}
      maxLength={500}
      aria-label={words.writing}
      defaultValue={writing.text}
      style={{ left: `${Math.max(0, x)}px`, top: `${Math.max(0, y)}px` }}
      onBlur={() => end(true)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) end(true);
        else onEscape(() => end(true))(event);
        event.stopPropagation();
      }}
    />
  );
});

interface FootProps {
  room: Room;
  sheet: Drawing;
  floats: Floats;
}

const Foot = withHooks(function Foot(
  { room, sheet, floats }: FootProps,
  { words }: Context,
): VNode {
  const page = useSignal(room.page);
  const { staff } = useSignal(room.offer);
  useSignal(room.pages.version);
  const [asking, ask] = useState<"" | "clear" | "remove">("");
  const pages = room.order;
  const index = Math.max(
    0,
    pages.findIndex(({ id }) => id === page),
  );
  const go = (step: number): void => {
    const next = pages[index + step];
    if (next) room.page.value = next.id;
  };
  const exported = (at: HTMLElement): void =>
    openMenu(floats, { at }, words.export, [
      {
        items: [
          { label: words.exportSvg, run: () => room.svg() },
          {
            label: words.exportPng,
            run: () => {
              const { course } = room.connection.lesson.value;
              void png(room.shown).then((file) => {
                if (file) download(`board-${course}-${index + 1}.png`, file);
              });
            },
          },
        ],
      },
    ]);
  return (
    <>
      {asking && (
        <Confirm
          question={asking === "clear" ? words.askClear : words.askRemove}
          yes={asking === "clear" ? words.clear : words.removePage}
          onNo={() => ask("")}
          onYes={() => {
            if (asking === "clear") room.clear();
            else room.removePage();
            ask("");
          }}
        />
      )}
      <div class="foot">
        <IconButton
          icon="left"
          label={words.previousPage}
          off={index === 0}
          onClick={() => go(-1)}
        />
        <span class="n" role="status">
          {words.pageOf(index + 1, pages.length)}
        </span>
        <IconButton
          icon="right"
          label={words.nextPage}
          off={index === pages.length - 1}
          onClick={() => go(1)}
        />
        <span class="grow" />
        {staff && (
          <>
            <Button look="quiet" aria-label={words.addPage} onClick={() => room.addPage()}>
              <Icon name="plus" />
              <span>{words.addPage}</span>
            </Button>
            <IconButton
              icon="dots"
              label={words.more}
              aria-haspopup="menu"
              onClick={({ currentTarget: at }) =>
                openMenu(floats, { at }, words.more, [
                  {
                    items: [
                      { label: words.clear, danger: true, run: () => ask("clear") },
                      ...(index > 0
                        ? [{ label: words.removePage, danger: true, run: () => ask("remove") }]
                        : []),
                    ],
                  },
                ])
              }
            />
          </>
        )}
        <Zoom sheet={sheet} room={room} />
        <Button
          look="quiet"
          aria-label={words.export}
          aria-haspopup="menu"
          onClick={({ currentTarget: at }) => exported(at)}
        >
          <Icon name="export" />
          <span>{words.export}</span>
        </Button>
      </div>
    </>
  );
});

const Zoom = withHooks(function Zoom(
  { sheet, room }: { sheet: Drawing; room: Room },
  { words }: Context,
): VNode {
  const [, again] = useState(0);
  useEffect(
    () => sheet.current?.camera.subscribe(() => again(Math.random())),
    [room, sheet.current],
  );
  const zoom = sheet.current?.camera.value.zoom ?? 1;
  return (
    <span class="zoom">
      <IconButton icon="list" label={words.zoomOut} onClick={() => sheet.current?.zoomBy(1 / 1.25)}>
        <span aria-hidden="true">−</span>
      </IconButton>
      <span class="n">{words.zoom(Math.round(zoom * 100))}</span>
      <IconButton icon="plus" label={words.zoomIn} onClick={() => sheet.current?.zoomBy(1.25)} />
      <IconButton
        icon="list"
        label={words.keyOf(words.fit, "0")}
        onClick={() => sheet.current?.fit()}
      >
        <Icon name="fit" />
      </IconButton>
    </span>
  );
});
