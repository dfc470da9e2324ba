import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import type { Pane } from "./pane";
import type { Context, Words } from "./words";

interface Props {
  pane: Pane;
  onEnd: () => void;
}

/** The kernel counts so many at most. */
const MOST = 1_000;

/** The text for new messages above: the kernel's count, or more than are loaded. */
const more = (loaded: number, unread: number, words: Words): string =>
  unread > loaded && unread < MOST
    ? words.pillFor(unread, 0)
    : words.pillMore(Math.max(loaded, unread));

/** The pill that tells of new messages out of sight, below or above. */
export const UnreadPill = withHooks(function UnreadPill(
  { pane, onEnd }: Props,
  { words }: Context,
): VNode {
  const { scroller, room } = pane;
  const away = useSignal(scroller.away);
  const unseen = useSignal(scroller.unseen);
  const forMe = useSignal(scroller.forMe);
  const above = useSignal(scroller.above);
  const { unread } = useSignal(room.state);
  const readAll = (): void => {
    scroller.readAll();
    room.readMark.saw(room.messages.lastBorn);
  };
  const below = away && unseen > 0;
  const text = below ? words.pillFor(unseen, forMe) : above > 0 ? more(above, unread, words) : "";
  return (
    <>
      <Announced text={text} />
      {text && (
        <div class={below ? "fade" : "fade top"}>
          <div class="newpill fill">
            <button type="button" class="n" onClick={below ? onEnd : () => scroller.toFirstNew()}>
              <Icon name={below ? "down" : "send"} />
              {text}
            </button>
            <button
              type="button"
              aria-label={words.readAll}
              title={words.readAll}
              onClick={readAll}
            >
              <Icon name="check" />
            </button>
          </div>
        </div>
      )}
    </>
  );
});
