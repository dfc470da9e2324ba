import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { Button } from "../core/button";
import { copyText } from "../core/clipboard";
import { ErrorBoundary } from "../core/error_boundary";
import { findAll, focus, focusIn, isModified, placeAfter } from "../core/focus";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { canInsertCell, insertCell } from "../core/jupyter";
import { clockTime } from "../core/time";
import { CellRow, Folded } from "./cell";
import type { Cell } from "./documents";
import { Icon } from "./icons";
import type { Room } from "./room";
import type { Scroller } from "./scroller";
import type { Context } from "./words";

interface Props {
  room: Room;
  scroller: Scroller;
  projected: boolean;
}

/** The cells in the page, the newest at the end. */
export const Log = withHooks(function Log(
  { room, scroller, projected }: Props,
  { words }: Context,
): VNode {
  useSignal(room.cells.version);
  const { from, to } = useSignal(scroller.window);
  const following = useSignal(scroller.following);
  const fresh = useSignal(scroller.fresh);
  const open = useSignal(room.open);
  const desk = useSignal(room.desk);
  const list = useRef<HTMLDivElement>();
  const [held, setHeld] = useState<string | null>(null);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => scroller.attach(list.current as HTMLElement), [scroller]);
  useEffect(() => scroller.settle());
  const cells: Cell[] = [];
  const newest = room.cells.at(room.cells.end - 1);
  if (projected) {
    if (newest) cells.push(newest);
  } else {
    for (let place = from; place < to; place++) {
      const cell = room.cells.at(place);
      if (cell) cells.push(cell);
    }
  }
  const active = cells.some(({ id }) => id === held) ? held : newest?.id;
  return (
    <>
      <div
        class="log"
        ref={list}
        role="log"
        aria-label={words.cells}
        aria-live="off"
        onFocusIn={({ target }) => {
          const id = (target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset.id;
          if (id) setHeld(id);
        }}
        onKeyDown={(event) => onKey(event, room, scroller)}
      >
        <div class="rows">
          {room.cells.more && from === room.cells.first && !projected && (
            <p class="state older">
              <Button onClick={() => room.older()}>{words.older}</Button>
            </p>
          )}
          {cells.map((cell) => {
            const next = room.next.get(cell.id);
            const fold = next && !projected && !unfolded.has(cell.id) && !scroller.inSight(cell.id);
            return (
              <ErrorBoundary key={cell.id} of={cell}>
                {fold ? (
                  <Folded
                    cell={cell}
                    next={next}
                    onOpen={() => setUnfolded(new Set([...unfolded, cell.id]))}
                  />
                ) : (
                  <CellRow
                    room={room}
                    cell={cell}
                    active={cell.id === active}
                    projected={projected}
                    compared={open?.id === cell.id ? open.compared : undefined}
                  />
                )}
              </ErrorBoundary>
            );
          })}
          {desk.state === "paused" && (
            <p class="rule">
              <Icon name="pause" />
              {words.pausedAt(desk.byName, clockTime(desk.at, words.lang))}
            </p>
          )}
        </div>
      </div>
      {!following && fresh > 0 && !projected && (
        <Button kind="newpill" onClick={() => scroller.toEnd()}>
          <Icon name="down" />
          {words.newCells(fresh)}
        </Button>
      )}
      <Announced text={fresh > 0 ? words.newCells(fresh) : ""} />
    </>
  );
});

/** The keys of a cell that has the focus, and those that move it. */
function onKey(event: KeyboardEvent, room: Room, scroller: Scroller): void {
  const list = event.currentTarget as HTMLElement;
  const held = focusIn(list);
  if (event.key === "Escape" && room.open.value) {
    event.preventDefault();
    event.stopPropagation();
    room.close();
    focus(held?.closest<HTMLElement>("article") ?? list);
    return;
  }
  // What takes keys of its own keeps them.
  if (!held || isModified(event) || held.closest("select, input")) return;
  if (event.key === "End") {
    event.preventDefault();
    scroller.toEnd();
    queueMicrotask(() => focus(findAll(list, "article").at(-1)));
    return;
  }
  if (!held.matches("article")) return;
  const articles = findAll(list, "article");
  const place = placeAfter(event, articles.indexOf(held), articles.length);
  const cell = room.cells.get(held.dataset.id ?? "");
  if (place !== undefined) {
    event.preventDefault();
    const next = articles[Math.max(0, place)];
    focus(next);
    next?.scrollIntoView({ block: "nearest" });
  } else if (cell && act(event.key.toLowerCase(), cell, held, room)) {
    event.preventDefault();
  }
}

function act(key: string, cell: Cell, held: HTMLElement, room: Room): boolean {
  if (key === "c") void copyText(cell.source, held);
  else if (key === "i" && canInsertCell()) void insertCell(cell.source);
  else if (key === "d" && cell.mine) room.compare(cell.id);
  else if (key === "r" && cell.changed > 0) room.changes(cell.id);
  else return false;
  return true;
}
