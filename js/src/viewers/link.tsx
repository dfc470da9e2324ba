import type { VNode } from "preact";
import { Button } from "../core/button";
import type { Connection } from "../core/connection";
import { useState, withHooks } from "../core/hooks";
import type { Viewer } from "./documents";
import type { Context } from "./words";

/** Asks for the code that one has made in a notebook of one's own, to be one person with who one is there. */
export const LinkOwn = withHooks(function LinkOwn(
  { viewer: { owner, link }, connection }: { viewer: Viewer; connection: Connection },
  { words }: Context,
): VNode {
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState("");
  const asking = link === "asking";
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    if (code.trim() && !asking) connection.intend("viewer.link", { code: code.trim() });
  };
  const refused = asking ? "" : (words.codes[link] ?? "");
  return (
    <div class="own">
      <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words.inClass}
      </Button>
      {open && (
        <form class="ask" onSubmit={onSubmit}>
          <p class="mut">{words.runForCode}</p>
          <pre>lesson.link_code()</pre>
          <input
            type="text"
            aria-label={words.code}
            placeholder={words.code}
            aria-invalid={Boolean(refused)}
            autocomplete="off"
            spellcheck={false}
            maxLength={32}
            value={code}
            onInput={({ currentTarget }) => setCode(currentTarget.value)}
          />
          <Button look="fill" type="submit" off={asking || !code.trim()}>
            {words.link}
          </Button>
          <p role="status">{asking ? words.linking : refused}</p>
          <p class="mut">{words.asYou(owner)}</p>
        </form>
      )}
    </div>
  );
});
