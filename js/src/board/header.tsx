import type { VNode } from "preact";
import { Button } from "../core/button";
import type { Floats } from "../core/float";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { type MenuItem, openMenu } from "../core/menu";
import { hasEnded } from "../core/messages";
import { isolated } from "../core/text";
import { Header } from "../core/view";
import type { Room } from "./room";
import { type Context, Icon } from "./words";

/** People in the menu of whom the pen can be given to. */
const MOST = 60;

interface Props {
  room: Room;
  floats: Floats;
}

/** The header of the board: who draws, and whose view the class follows. */
export const BoardHeader = withHooks(function BoardHeader(
  { room, floats }: Props,
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
          <Pens {...{ room, floats }} />
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

/** Who has the pen, and whom it can be given to. */
const Pens = withHooks(function Pens({ room, floats }: Props, { words }: Context): VNode {
  const { pens } = useSignal(room.offer);
  const people = useSignal(room.people);
  const button = useRef<HTMLButtonElement>();
  const [isAsked, ask] = useState(false);
  useEffect(() => {
    const at = button.current;
    if (!isAsked || !at) return;
    ask(false);
    const having = Object.entries(pens).map(
      ([id, name]): MenuItem => ({
        label: isolated(name),
        checked: true,
        run: () => room.set({ pen: id, give: false }),
      }),
    );
    const others = people
      .filter(({ id }) => !(id in pens))
      .slice(0, MOST)
      .map(
        ({ id, name }): MenuItem => ({
          label: isolated(name),
          checked: false,
          run: () => room.set({ pen: id, give: true }),
        }),
      );
    openMenu(floats, { at }, words.pen, [{ items: [...having, ...others], none: words.nobody }]);
  }, [people]);
  const count = Object.keys(pens).length;
  return (
    <Button
      ref={button}
      look="quiet switch"
      aria-haspopup="menu"
      aria-label={words.penOf(count)}
      title={words.penOf(count)}
      onClick={() => {
        ask(true);
        room.askForPeople();
      }}
    >
      <Icon name="pen" />
      <span>{words.pen}</span>
      {count > 0 && <span class="n"> {count}</span>}
    </Button>
  );
});
