import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { Confirm } from "../core/confirm";
import type { Floats } from "../core/float";
import { onEscape } from "../core/focus";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { openMenu } from "../core/menu";
import { blobRef, Pictures } from "../core/pictures";
import { uuid7 } from "../core/uuid";
import { download, png } from "./export";
import type { Drawing } from "./paper";
import type { Room } from "./room";
import { type Context, Icon } from "./words";

interface FootProps {
  room: Room;
  sheet: Drawing;
  floats: Floats;
}

/** The foot of the board: its pages, what is done with one, the zoom, and the export. */
export const Foot = withHooks(function Foot(
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
              const name = `board-${course}-${index + 1}.png`;
              void png(room.shown, blobRef(pages[index]?.ground), sheet.current?.picture).then(
                (file) => (file ? download(name, file) : room.refusal.show(words.noFigure)),
              );
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
      <NewFigure room={room} />
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
            <FigureButton room={room} />
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
    () => sheet.current?.viewport.camera.subscribe(() => again(Math.random())),
    [room, sheet.current],
  );
  const zoom = sheet.current?.viewport.camera.value.zoom ?? 1;
  return (
    <span class="zoom">
      <IconButton
        icon="list"
        label={words.zoomOut}
        onClick={() => sheet.current?.viewport.zoomBy(1 / 1.25)}
      >
        <span aria-hidden="true">−</span>
      </IconButton>
      <span class="n">{words.zoom(Math.round(zoom * 100))}</span>
      <IconButton
        icon="plus"
        label={words.zoomIn}
        onClick={() => sheet.current?.viewport.zoomBy(1.25)}
      />
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

/** Chooses a picture that becomes a page. */
const FigureButton = withHooks(function FigureButton(
  { room }: { room: Room },
  { words }: Context,
): VNode {
  const input = useRef<HTMLInputElement>();
  return (
    <>
      <Button look="quiet" aria-label={words.figurePage} onClick={() => input.current?.click()}>
        <Icon name="figure" />
        <span>{words.figurePage}</span>
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) room.figure.value = [{ id: uuid7(), file, alt: "" }];
          currentTarget.value = "";
        }}
      />
    </>
  );
});

/** A picture that is about to become a page: described, and added once the kernel has it. */
const NewFigure = withHooks(function NewFigure(
  { room }: { room: Room },
  { words }: Context,
): VNode | null {
  const [one] = useSignal(room.figure);
  if (!one) return null;
  const { blob, alt } = one;
  const add = (): void => {
    if (!blob) return;
    room.addPage({ ...blob, alt: alt.trim() });
    room.figure.value = [];
  };
  return (
    <fieldset
      class="figure"
      aria-label={words.figurePage}
      onKeyDown={onEscape(() => {
        room.figure.value = [];
      })}
    >
      <Pictures part="tray" attached={room.figure} />
      <Button off={!blob} onClick={add}>
        {words.addFigure}
      </Button>
    </fieldset>
  );
});
