import type { VNode } from "preact";
import { focus, onEscape } from "../core/focus";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { type BlobRef, blobRef, Picture } from "../core/pictures";
import { List } from "./list";
import type { Room, Writing } from "./room";
import { Sheet } from "./sheet";
import type { Context } from "./words";

/** The sheet of a view, once it is there. */
export type Drawing = { current: Sheet | null };

interface PaperProps {
  room: Room;
  sheet: Drawing;
  projected: boolean;
}

/** The sheet, the text that is written on it, and the list of what is there. */
export const Paper = withHooks(function Paper(
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
        onKeyUp={(event) => {
          if (event.key === " ") sheet.current?.space(false);
        }}
        onBlur={() => sheet.current?.space(false)}
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
      const { x, y, zoom } = sheet.current?.viewport.camera.value ?? { x: 0, y: 0, zoom: 1 };
      if (place.current) {
        place.current.style.transform = `translate(${-x * zoom}px, ${-y * zoom}px) scale(${zoom})`;
      }
    };
    move();
    return sheet.current?.viewport.camera.subscribe(move);
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
  useEffect(() => sheet.current?.viewport.camera.subscribe(() => again(Math.random())), []);
  useEffect(() => focus(box.current), []);
  const [x, y] = sheet.current?.viewport.toScreen(writing.place) ?? [0, 0];
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
