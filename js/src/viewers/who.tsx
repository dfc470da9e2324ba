import type { VNode } from "preact";
import { Button } from "../core/button";
import type { Connection } from "../core/connection";
import { useSignal, withHooks } from "../core/hooks";
import { Icon, icons } from "../core/icons";
import { initialOf } from "../core/text";
import { chain, eye } from "../shared/shapes";
import { readViewer } from "./documents";
import { LinkOwn } from "./link";
import { OwnNotebook } from "./own";
import type { Context } from "./words";

const Sign = icons({ chain, eye });

/** Who one is here, whose kernel it is and what that means; the owner sees who else takes part. */
export const Who = withHooks(function Who(
  { connection, close }: { connection: Connection; close: () => void },
  { words }: Context,
): VNode {
  const viewer = readViewer(useSignal(connection.lesson).viewer);
  const { is = "owner", name = "", owner = "", people = [] } = viewer ?? {};
  return (
    <div class="who" role="dialog" aria-label={words.whoYouAre} tabIndex={-1} data-first="">
      {is === "owner" ? (
        <>
          <p>
            <b>{words.isOwner(name)}</b>
          </p>
          <ul>
            {people.map((one) => (
              <li key={one.id}>
                <span class="av" aria-hidden="true">
                  {initialOf(one.name || "?", words.lang)}
                </span>
                <span class="grow">
                  <bdi>{one.name || words.nameless}</bdi>
                  {one.why && <span class="mut"> · {words.reads}</span>}
                </span>
                {!one.why && (
                  <Button
                    look="quiet"
                    aria-label={words.removeLabel(one.name)}
                    onClick={() => connection.intend("viewer.remove", { id: one.id })}
                  >
                    {words.remove}
                  </Button>
                )}
              </li>
            ))}
          </ul>
          <p class="mut">{words.through(people.filter(({ why }) => !why).length)}</p>
        </>
      ) : (
        <>
          <p>
            <b>{words.isViewer(name || words.nameless, owner)}</b>
          </p>
          <ul>
            {is === "viewer" && (
              <>
                <li>
                  <Icon name="check" />
                  {words.yours}
                </li>
                <li>
                  <Sign name="chain" />
                  {viewer?.linked ? words.linked : words.vouched(owner)}
                </li>
              </>
            )}
            <li>
              <Sign name="eye" />
              {words.readable(owner)}
            </li>
          </ul>
          {viewer && is === "viewer" && !viewer.linked && <LinkOwn {...{ viewer, connection }} />}
          {viewer && !viewer.linked && <OwnNotebook viewer={viewer} />}
        </>
      )}
      {name && (
        <Button
          look="quiet deny"
          onClick={() => {
            close();
            connection.intend("viewer.deny", {});
          }}
        >
          {words.notMe(name)}
        </Button>
      )}
    </div>
  );
});
