import type { VNode } from "preact";
import { Button } from "../core/button";
import { focus, onEscape } from "../core/focus";
import { useEffect, useRef, useState, withHooks } from "../core/hooks";
import type { Room } from "./room";
import type { Context } from "./words";

interface Props {
  room: Room;
  onDone: () => void;
}

/** Asks what goes into the notebook: others' notes, and their names, only if ticked. */
export const ExportForm = withHooks(function ExportForm(
  { room, onDone }: Props,
  { words }: Context,
): VNode {
  const [shared, setShared] = useState(false);
  const [names, setNames] = useState(false);
  const first = useRef<HTMLInputElement>();
  useEffect(() => focus(first.current), []);
  return (
    <div
      class="export-form"
      role="dialog"
      aria-label={words.exportTitle}
      onKeyDown={onEscape(onDone)}
    >
      <b>{words.exportTitle}</b>
      <p>{words.exportMine}</p>
      <label>
        <input
          ref={first}
          type="checkbox"
          checked={shared}
          onChange={({ currentTarget }) => setShared(currentTarget.checked)}
        />
        {words.withClass}
      </label>
      <label class={shared ? "" : "off"}>
        <input
          type="checkbox"
          checked={shared && names}
          disabled={!shared}
          onChange={({ currentTarget }) => setNames(currentTarget.checked)}
        />
        {words.withNames}
      </label>
      <div class="actions">
        <Button look="quiet" onClick={onDone}>
          {words.cancel}
        </Button>
        <Button
          look="fill"
          onClick={() => {
            room.export(shared, shared && names);
            onDone();
          }}
        >
          {words.save}
        </Button>
      </div>
    </div>
  );
});
