import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { useSignal, useState, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { isolated } from "../core/text";
import { clockTime, today } from "../core/time";
import { pin as setPin } from "./actions";
import type { Pin } from "./documents";
import { nameOf } from "./names";
import type { Pane } from "./pane";
import { excerptOf } from "./room";
import type { Context } from "./words";

interface Props {
  pane: Pane;
}

/** Under the header: what is pinned, the newest first, one at a time. */
export const PinBar = withHooks(function PinBar({ pane }: Props, { words }: Context): VNode | null {
  const { pins } = pane.room;
  const [place, setPlace] = useState(0);
  useSignal(pins.version);
  useSignal(pane.room.messages.version);
  const all = pins.docs.reverse();
  const count = all.length;
  const at = Math.min(place, count - 1);
  const shown = all[at];
  if (!shown) return null;
  const openAll = ({ currentTarget }: { currentTarget: HTMLElement }): void =>
    pane.floats.toggle({ at: currentTarget, content: () => <AllPins pane={pane} /> });
  return (
    <section class="pinbar" aria-label={words.pinned}>
      <button
        type="button"
        class="said"
        title={words.goTo}
        onClick={() => pane.jump(shown, words.gone)}
      >
        <Icon name="pin" />
        <b>
          <bdi>{nameOf(shown, words)}</bdi>
        </b>
        <span dir="auto">{excerptOf(pane.room, shown)}</span>
      </button>
      {count > 1 && (
        <Button
          look="quiet n"
          aria-label={`${words.nextPin}, ${words.pinPlace(at + 1, count)}`}
          title={words.nextPin}
          onClick={() => setPlace((at + 1) % count)}
        >
          {words.pinPlace(at + 1, count)}
        </Button>
      )}
      <IconButton icon="more" label={words.allPins} aria-haspopup="dialog" onClick={openAll} />
    </section>
  );
});

/** All that is pinned, as a list. */
const AllPins = withHooks(function AllPins({ pane }: Props, { words }: Context): VNode {
  const { room, floats } = pane;
  useSignal(today);
  useSignal(room.pins.version);
  useSignal(room.state);
  const all = room.pins.docs.reverse();
  const goTo = (pin: Pin): void => {
    floats.close();
    pane.jump(pin, words.gone);
  };
  const unpin = (pin: Pin): void => {
    setPin(room, pin, false);
    floats.close();
  };
  return (
    <div class="pinlist" role="dialog" aria-label={words.allPins}>
      <ul>
        {all.map((pin, index) => (
          <li key={pin.id}>
            <button
              type="button"
              class="excerpt"
              data-first={index === 0 ? "" : undefined}
              title={words.goTo}
              onClick={() => goTo(pin)}
            >
              <b>
                <bdi>{nameOf(pin, words)}</bdi>
              </b>
              <span dir="auto">{excerptOf(room, pin)}</span>
              <small class="n">
                {clockTime(pin.at, words.lang)}
                {pin.byName && ` · ${words.pinnedBy(isolated(pin.byName))}`}
              </small>
            </button>
            {room.can("moderate") && (
              <IconButton icon="close" label={words.unpin} onClick={() => unpin(pin)} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
});
