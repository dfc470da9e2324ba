import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import type { Pane } from "./pane";
import type { Context } from "./words";

interface Props {
  pane: Pane;
  onEnd: () => void;
}

/** What is new and out of sight: below while reading further up, above where it is not loaded. */
export const Pills = withHooks(function Pills({ pane, onEnd }: Props, { words }: Context): VNode {
  const { scroller, room } = pane;
  const away = useSignal(scroller.away);
  const unseen = useSignal(scroller.unseen);
  const forMe = useSignal(scroller.forMe);
  const above = useSignal(scroller.above);
  const readAll = (): void => {
    scroller.readAll();
    room.readMark.saw(room.messages.lastBorn);
  };
  const below = away && unseen > 0;
  const text = below ? words.pillFor(unseen, forMe) : above > 0 ? words.pillMore(above) : "";
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
