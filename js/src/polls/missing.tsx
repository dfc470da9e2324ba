import type { VNode } from "preact";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import type { Poll } from "./documents";
import type { Pane } from "./pane";
import type { Context } from "./words";

/** Who of those here has not answered a poll with names, when an instructor asks: 500 at most. */
export const Missing = withHooks(function Missing(
  { pane, poll }: { pane: Pane; poll: Poll },
  { words }: Context,
): VNode {
  const { room } = pane;
  const told = useSignal(room.missing);
  const shown = told !== null && told.id === poll.id && told.round === poll.round ? told : null;
  const names = shown?.names ?? [];
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
        <bdi>{names.join(", ")}</bdi>
      </span>
    </div>
  );
});
