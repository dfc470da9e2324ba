import type { VNode } from "preact";
import { Button } from "../core/button";
import { on } from "../core/events";
import type { ViewProps } from "../core/feature";
import type { Floats } from "../core/float";
import { Empty, Frame, Refusal } from "../core/frame";
import { useEffect, useMemo, useSignal, useState, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import { offer } from "../core/navigation";
import { Header, useView } from "../core/view";
import { CatchUp } from "./catch_up";
import { OwnRows, Strip } from "./desk";
import { Icon } from "./icons";
import { Log } from "./log";
import type { Room } from "./room";
import { Scroller } from "./scroller";
import { type Context, wordsOf } from "./words";

/** Whether a view is in sight, in a page that is. */
function useSight(view: { current: HTMLElement | null }): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    let within = false;
    const look = (): void => setSeen(within && !document.hidden);
    const observer = new IntersectionObserver((entries) => {
      within = entries.at(-1)?.isIntersecting === true;
      look();
    });
    if (view.current) observer.observe(view.current);
    const end = on(document, "visibilitychange", look);
    return () => {
      observer.disconnect();
      end();
    };
  }, []);
  return seen;
}

export const CellsView = withHooks(function CellsView(props: ViewProps<Room>): VNode {
  const { room } = props;
  const { words, view, floats, scope, projected, frame } = useView(props, "cells", wordsOf);
  const scroller = useMemo(() => new Scroller(room), [room]);
  const following = useSignal(scroller.following);
  const seen = useSight(view);
  useEffect(() => () => scroller.dispose(), [scroller]);
  useEffect(() => {
    if (seen) room.findGap();
    room.follow(scroller, seen && following);
    return () => room.follow(scroller, false);
  }, [room, scroller, seen, following]);
  useEffect(
    () => offer(scope, "cells", view.current, ({ id }) => void scroller.goTo(id)),
    [scroller, scope],
  );
  return (
    <Frame {...frame} label={words.cells} header={<CellsHeader {...{ room, scroller }} />}>
      <Body {...{ room, scroller, floats, projected }} />
      <Refusal text={room.notice} />
    </Frame>
  );
});

interface HeaderProps {
  room: Room;
  scroller: Scroller;
}

const CellsHeader = withHooks(function CellsHeader(
  { room, scroller }: HeaderProps,
  { words }: Context,
): VNode {
  const lesson = useSignal(room.connection.lesson);
  const { byName, total, mine, state } = useSignal(room.desk);
  useSignal(room.cells.version);
  const following = useSignal(scroller.following);
  const name = byName || room.cells.at(room.cells.end - 1)?.byName || "";
  return (
    <Header>
      {!hasEnded(lesson.state) && mine === "off" && (
        <span class="sub n">
          <bdi>{name}</bdi>
          {name && total > 0 && " · "}
          {total > 0 && words.count(total)}
        </span>
      )}
      <span class="grow" />
      {mine === "off" && !hasEnded(lesson.state) && (state !== "off" || total > 0) && (
        <Button
          look="quiet follow"
          aria-pressed={following}
          onClick={() => scroller.follow(!following)}
        >
          <Icon name="tail" />
          {following ? words.following : words.follow}
        </Button>
      )}
    </Header>
  );
});

interface BodyProps {
  room: Room;
  scroller: Scroller;
  floats: Floats;
  projected: boolean;
}

const Body = withHooks(function Body(
  { room, scroller, floats, projected }: BodyProps,
  { words }: Context,
): VNode {
  const desk = useSignal(room.desk);
  const gap = useSignal(room.gap);
  const { state } = useSignal(room.connection.lesson);
  useSignal(room.cells.version);
  const ended = hasEnded(state);
  const sharing = room.sharing && !projected && !ended;
  const isEmpty = ended || (room.cells.size === 0 && desk.held.length === 0);
  return (
    <>
      {sharing && <Strip room={room} floats={floats} />}
      {gap && !projected && !ended && (
        <CatchUp room={room} gap={gap} onNewest={() => scroller.toEnd()} />
      )}
      {isEmpty ? (
        <Empty skeleton={[["60%", "40%"], ["50%"], ["70%", "30%"]]}>
          <Icon name="code" />
          <b>{desk.offered ? words.empty : words.notOffered}</b>
          <p>
            {desk.offered
              ? sharing
                ? words.emptyStaff
                : words.emptyHint(desk.byName)
              : words.notOfferedHint}
          </p>
        </Empty>
      ) : sharing && desk.mine !== "off" ? (
        <div class="stage">
          <OwnRows room={room} />
        </div>
      ) : (
        <Log room={room} scroller={scroller} projected={projected} />
      )}
    </>
  );
});
