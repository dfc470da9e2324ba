import type { VNode } from "preact";
import { Button } from "../core/button";
import type { Connection } from "../core/connection";
import { useEffect, useState, withHooks } from "../core/hooks";
import { icons } from "../core/icons";
import { whoLooks } from "../core/jupyter";
import { asText, isFields } from "../core/messages";
import { eye } from "../shared/shapes";
import type { Viewer } from "./documents";
import { OwnNotebook } from "./own";
import type { Context } from "./words";

const Icon = icons({ eye });

interface Props {
  viewer: Viewer;
  connection: Connection;
}

/** What follows from who looks: that one only reads, a name that is asked for, what others are kept from. */
export const Line = withHooks(function Line(
  { viewer, connection }: Props,
  { words }: Context,
): VNode | null {
  const { is, owner, why, hushed, asked } = viewer;
  const [own, setOwn] = useState("");
  useEffect(() => whoLooks((who) => setOwn(asText(isFields(who) ? who.username : ""))), []);
  if (is === "reader" && why === "unknown") return <AskName {...{ viewer, connection }} />;
  // A browser is not asked who it is itself.
  const first = asked.find(({ id }) => id !== own);
  if (first) {
    const say = (on: boolean): void => {
      connection.intend("viewer.same", { id: first.id, on });
    };
    return (
      <div class="banner calm ask">
        <Icon name="eye" />
        <p>
          <b>{words.asked(first.name)}</b>
        </p>
        <Button onClick={() => say(true)}>{words.me}</Button>
        <Button onClick={() => say(false)}>{words.other}</Button>
      </div>
    );
  }
  if (!why && !hushed) return null;
  const sentence = hushed ? words.hushedRest : (words.why[why] ?? words.why.refused)?.(owner);
  return (
    <div class="banner calm ask" role="status">
      <Icon name={hushed ? "hidden" : "eye"} />
      <p>
        <b>{hushed ? words.hushed(owner) : words.canRead}</b> {sentence}
        {!hushed && why !== "offline" && ` ${words.ownNotebook}`}
      </p>
      {!hushed && why !== "offline" && <OwnNotebook viewer={viewer} />}
    </div>
  );
});

/** Asks whoever is not named by Jupyter. */
const AskName = withHooks(function AskName(
  { viewer, connection }: Props,
  { words }: Context,
): VNode {
  const [name, setName] = useState("");
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    if (name.trim()) connection.intend("viewer.name", { name: name.trim() });
  };
  return (
    <form class="banner calm ask" onSubmit={onSubmit}>
      <p>
        <b>{words.whoAreYou(viewer.owner)}</b> <span class="mut">{words.untilThen}</span>
      </p>
      <input
        type="text"
        aria-label={words.name}
        placeholder={words.name}
        maxLength={64}
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Button look="fill" type="submit" off={!name.trim()}>
        {words.takePart}
      </Button>
    </form>
  );
});
