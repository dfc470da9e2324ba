import type { VNode } from "preact";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import type { Poll } from "./documents";
import type { Pane } from "./pane";
import type { Context } from "./words";

/** Names that stand there; of the others it is said how many they are. */
const MOST = 50;

/** For an instructor, of a poll with names: who of those here has not answered, when asked for. */
export const Missing = withHooks(function Missing(
  { pane, poll }: { pane: Pane; poll: Poll },
  { words }: Context,
): VNode {
  const { room } = pane;
  const told = useSignal(room.missing);
  const shown = told !== null && told.id === poll.id && told.round === poll.round ? told : null;
  const names = shown?.names ?? [];
  const more = names.length - MOST;
  return (
    <div class="missing">
      <Button
        look="line"
        aria-expanded={shown !== null}
        off={!room.open}
        onClick={() => {
          if (shown) room.missing.value = null;
          else room.manage("missing", poll);
        }}
      >
        {words.whoIsMissing}
      </Button>
      <span role="status">
        {shown && (names.length > 0 ? `${words.notYet(names.length)} ` : words.noneMissing)}
        {names.length > 0 && <bdi>{names.slice(0, MOST).join(", ")}</bdi>}
        {more > 0 && ` ${words.others(more)}`}
      </span>
    </div>
  );
});
