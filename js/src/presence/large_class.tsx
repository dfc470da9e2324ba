import type { VNode } from "preact";
import { IconButton } from "../core/button";
import { useEffect, useSignal, useState, withHooks } from "../core/hooks";
import type { CountedStatus, PageQuery } from "./documents";
import { Hands } from "./hands";
import { Find, NewExercise, Rows } from "./list";
import { ON_A_PAGE, type People } from "./people";
import type { Context, Words } from "./words";

type Choice = CountedStatus | "hands" | "all";

/** In the order of what is looked for. */
const choices: readonly Choice[] = ["all", "stuck", "hands", "following", "none", "away", "done"];

/** Milliseconds until what is typed is looked for, and between two looks at the same page. */
const TYPED = 250;
const FRESH = 5_000;

/** A class too large to list: filters, a search box, and pages asked for one at a time. */
export const LargeClass = withHooks(function LargeClass(
  { people }: { people: People },
  { words }: Context,
): VNode {
  const { can, counts } = useSignal(people.desk);
  const manages = can.includes("manage");
  const [choice, setChoice] = useState<Choice>(manages && counts.stuck > 0 ? "stuck" : "all");
  const [query, setQuery] = useState("");
  const [offset, setOffset] = useState(0);
  const filter = choice === "hands" ? "all" : choice;
  usePage(people, { query: query.trim(), filter, offset });
  const choose = (name: Choice): void => {
    setChoice(name);
    setOffset(0);
  };
  return (
    <div class="crowd">
      <Find
        people={counts.here}
        value={query}
        onInput={(value) => {
          setQuery(value);
          setOffset(0);
          if (choice === "hands") setChoice("all");
        }}
      />
      {manages && (
        // biome-ignore lint/a11y/useSemanticElements: buttons that choose, and no fieldset
        <div class="filters" role="group" aria-label={words.show}>
          {choices
            .filter((name) => name !== "none" || counts.none > 0)
            .map((name) => (
              <button
                key={name}
                type="button"
                class="n"
                aria-pressed={name === choice}
                onClick={() => choose(name)}
              >
                {labelOf(name, counts, words)}
              </button>
            ))}
          <NewExercise people={people} />
        </div>
      )}
      {choice === "hands" ? (
        <div class="scroll">
          <Hands people={people} />
        </div>
      ) : (
        <PeoplePage
          people={people}
          query={query}
          filter={filter}
          offset={offset}
          onTurn={setOffset}
        />
      )}
    </div>
  );
});

const labelOf = (name: Choice, counts: Record<string, number>, words: Words): string =>
  name === "all"
    ? words.all
    : `${words.filters[name]} ${new Intl.NumberFormat(words.lang).format(counts[name] ?? 0)}`;

/** Ask for a page: soon after what was typed, and again while it is looked at. */
function usePage(people: People, ask: PageQuery): void {
  const { query, filter, offset } = ask;
  const { state } = useSignal(people.connection.lesson);
  useEffect(() => {
    if (state !== "live") return;
    const look = (): void => {
      if (!document.hidden) people.list({ query, filter, offset });
    };
    const timer = setTimeout(look, query ? TYPED : 0);
    const again = setInterval(look, FRESH);
    return () => {
      clearTimeout(timer);
      clearInterval(again);
    };
  }, [query, filter, offset, state]);
}

interface ListedProps extends PageQuery {
  people: People;
  onTurn: (offset: number) => void;
}

const PeoplePage = withHooks(function PeoplePage(
  { people, query, filter, offset, onTurn }: ListedProps,
  { words }: Context,
): VNode {
  const page = useSignal(people.page);
  const { state } = useSignal(people.connection.lesson);
  const fits =
    page?.query === query.trim() && page.filter === filter && page.offset === offset ? page : null;
  const shown = fits ?? page;
  const total = shown?.total ?? 0;
  const last = Math.min(offset + ON_A_PAGE, total);
  // People may have left the last page while it was looked at.
  useEffect(() => {
    if (fits && total > 0 && offset >= total)
      onTurn(Math.floor((total - 1) / ON_A_PAGE) * ON_A_PAGE);
  }, [fits]);
  return (
    <section aria-label={words.manyHere} aria-busy={!fits && state === "live"}>
      <div class="two">
        <Rows people={people} shown={shown?.people ?? []} query={query} />
      </div>
      <div class="pg n">
        <span role="status">
          {!fits && state !== "live"
            ? words.unknown
            : !shown
              ? words.looking
              : shown.error || (total > 0 ? words.range(offset + 1, last, total) : words.nobody)}
        </span>
        <IconButton
          icon="left"
          label={words.previous}
          off={offset === 0}
          onClick={() => onTurn(Math.max(0, offset - ON_A_PAGE))}
        />
        <IconButton
          icon="right"
          label={words.next}
          off={last >= total}
          onClick={() => onTurn(offset + ON_A_PAGE)}
        />
      </div>
    </section>
  );
});
