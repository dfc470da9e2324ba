import type { VNode } from "preact";
import { Button } from "../core/button";
import { copyText } from "../core/clipboard";
import { useSignal, useState, withHooks } from "../core/hooks";
import { canInsertCell } from "../core/jupyter";
import { clockTime } from "../core/time";
import type { Missed } from "./documents";
import { Icon } from "./icons";
import type { Gap, Room } from "./room";
import type { Context } from "./words";

/** Of one missed cell: what it is to the reader. */
const About = withHooks(function About({ item }: { item: Missed }, { words }: Context): VNode {
  if (!item.mine) return <span class="rl no">{words.notInYours}</span>;
  if (item.mine.differs > 0) return <span class="rl">{words.yoursDiffers(item.mine.n)}</span>;
  return (
    <span class="rl">
      <Icon name="check" />
      {words.sameAs(item.mine.n)}
    </span>
  );
});

interface Props {
  room: Room;
  items: readonly Missed[];
}

const List = withHooks(function List({ room, items }: Props, { words }: Context): VNode {
  // Ticked is what one does not have: never what is the same or differs.
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    () => new Set(items.filter(({ mine }) => !mine).map(({ id }) => id)),
  );
  const toggle = (id: string): void => {
    const now = new Set(ticked);
    if (!now.delete(id)) now.add(id);
    setTicked(now);
  };
  const ids = items.filter(({ id }) => ticked.has(id)).map(({ id }) => id);
  const insertable = canInsertCell();
  const onTake = ({ currentTarget }: { currentTarget: HTMLElement }): void =>
    room.take(ids, insertable ? null : (text) => void copyText(text, currentTarget));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would look different
    <div class="catch" role="group" aria-label={words.catchUp}>
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <label class="mrow">
              <input
                type="checkbox"
                checked={ticked.has(item.id)}
                onChange={() => toggle(item.id)}
              />
              <span class="num">[{item.n || " "}]</span>
              <code class="one" dir="ltr">
                {item.line}
              </code>
              <About item={item} />
            </label>
          </li>
        ))}
      </ul>
      <p class="foot">
        <Button look="big fill" off={ids.length === 0} onClick={onTake}>
          <Icon name={insertable ? "cell" : "copy"} />
          {insertable ? words.insertMany(ids.length) : words.copyMany(ids.length)}
        </Button>
        <span>{words.nothingChanged}</span>
      </p>
    </div>
  );
});

/** Says that cells were missed, and lists them on demand. */
export const CatchUp = withHooks(function CatchUp(
  { room, gap, onNewest }: { room: Room; gap: Gap; onNewest: () => void },
  { words }: Context,
): VNode {
  const items = useSignal(room.missed);
  const time = (at: number): string => clockTime(at, words.lang);
  return (
    <>
      <div class="banner miss" role="status">
        <Icon name="clock" />
        <p>
          <b>{words.missed(gap.count)}</b>
          {words.between(time(gap.from), time(gap.to))}
        </p>
        <Button
          look="sm"
          aria-expanded={items !== null}
          onClick={() => {
            if (items) room.missed.value = null;
            else room.catchUp();
          }}
        >
          {words.catchUp}
        </Button>
        <Button
          look="sm quiet"
          onClick={() => {
            room.closeGap();
            onNewest();
          }}
        >
          {words.startNewest}
        </Button>
      </div>
      {items && <List room={room} items={items} />}
    </>
  );
});
