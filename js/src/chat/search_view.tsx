import type { VNode } from "preact";
import { Status } from "../core/announced";
import { Button, IconButton } from "../core/button";
import { ErrorBoundary } from "../core/error_boundary";
import { findAll, focus, placeAfter } from "../core/focus";
import { useCountdown, useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { bodyText } from "../core/rich_text";
import { clockTime, today } from "../core/time";
import { FindInput } from "../shared/find";
import { Highlighted } from "../shared/highlighted";
import { excerpt } from "../shared/text_search";
import type { ChatMessage } from "./documents";
import { nameOf } from "./names";
import type { Pane } from "./pane";
import type { Missed, Results } from "./search";
import type { Context, Words } from "./words";

const LONGEST = 200;

interface Props {
  pane: Pane;
}

const viewOf = (element: EventTarget | null): HTMLElement | null | undefined =>
  (element as HTMLElement | null)?.closest<HTMLElement>(".edu");

const boxIn = (view: HTMLElement | null | undefined): HTMLInputElement | null | undefined =>
  view?.querySelector<HTMLInputElement>(".search input");

const hitsIn = (view: HTMLElement | null | undefined): HTMLElement[] =>
  findAll(view, ".hits button");

/** Begin a search and remember the present position. */
export function openSearch({ search, scroller, shown }: Pane): void {
  if (!search.open.value) {
    search.spot = scroller.spot();
    search.hasMoved = false;
  }
  shown.value = "messages";
  search.open.value = true;
  search.now();
}

/** End the search and go back to the position before it. */
export function closeSearch(
  { search, scroller }: Pane,
  view: HTMLElement | null | undefined,
): void {
  const { spot, hasMoved } = search;
  search.close();
  if (hasMoved) scroller.backTo(spot);
  const refocus = (): void => {
    const slots = findAll(view, ".slot");
    const stop = slots.find((slot) => slot.querySelector('article[tabindex="0"]'));
    const there = slots.find(({ dataset }) => spot !== "end" && dataset.id === spot.id);
    const slot = hasMoved ? (there ?? slots.at(-1)) : stop;
    const row = slot?.querySelector<HTMLElement>("article");
    focus(row ?? view?.querySelector<HTMLElement>(".lookup"));
  };
  // The rows of that place have to be there.
  if (hasMoved) requestAnimationFrame(refocus);
  else refocus();
}

export const SearchButton = withHooks(function SearchButton(
  { pane }: Props,
  { words }: Context,
): VNode {
  const open = useSignal(pane.search.open);
  return (
    <IconButton
      icon="search"
      class={open ? "lookup on" : "lookup"}
      label={words.search}
      aria-expanded={open}
      onClick={(event) => {
        if (open) closeSearch(pane, viewOf(event.currentTarget));
        else openSearch(pane);
      }}
    />
  );
});

const statusOf = (results: Results | null, busy: boolean, words: Words): string => {
  if (!results) return busy ? words.searching : "";
  const { docs, more } = results;
  return docs.length > 0 ? words.found(docs.length, more) : words.nothingFound;
};

/** The reason why not all was searched; empty if it was. */
const missedOf = (missed: Missed | null | undefined, words: Words): string => {
  if (!missed) return "";
  const { code = 0, message = "" } = missed.refusal ?? {};
  return words.missed(missed.why, missed.local, words.refusal(code, message));
};

/** The box to search with, under the header. */
export const SearchRow = withHooks(function SearchRow({ pane }: Props): VNode | null {
  return useSignal(pane.search.open) ? <SearchBox pane={pane} /> : null;
});

const SearchBox = withHooks(function SearchBox({ pane }: Props, { words }: Context): VNode {
  const { search } = pane;
  const box = useRef<HTMLInputElement>();
  const query = useSignal(search.query);
  const results = useSignal(search.results);
  const status = statusOf(results, useSignal(search.busy), words);
  // It opens because somebody asked for it: with "/" or the button.
  useEffect(() => {
    box.current?.select();
  }, []);
  const toHits = (event: Event): void => {
    search.now();
    const view = viewOf(event.currentTarget);
    // They may have to be rendered first.
    queueMicrotask(() => {
      const hits = hitsIn(view);
      (hits.find((hit) => hit.tabIndex === 0) ?? hits[0])?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") closeSearch(pane, viewOf(event.currentTarget));
    else if (event.key === "ArrowDown") toHits(event);
    else if (event.key === "Enter") {
      if (!search.now()) toHits(event);
    } else return;
    event.preventDefault();
  };
  return (
    <search class="find search">
      <Icon name="search" />
      <FindInput
        ref={box}
        maxLength={LONGEST}
        label={words.searchBox}
        value={query}
        onInput={(value) => search.set(value)}
        onClick={() => search.now()}
        onKeyDown={onKeyDown}
      />
      <span role="status" class="n">
        {query.trim() && status}
      </span>
      <Status text={query.trim() && missedOf(results?.missed, words)} />
      <IconButton
        icon="close"
        label={words.closeSearch}
        onClick={(event) => closeSearch(pane, viewOf(event.currentTarget))}
      />
    </search>
  );
});

/** The search results, over the messages. */
export const SearchResults = withHooks(function SearchResults(
  { pane }: Props,
  { words }: Context,
): VNode | null {
  const { search } = pane;
  const results = useSignal(search.results);
  const busy = useSignal(search.busy);
  useSignal(today);
  const [active, setActive] = useState(0);
  useEffect(() => {
    setActive(0);
  }, [results?.query]);
  const shown = useSignal(search.shown);
  const seconds = useCountdown(results?.missed?.at ?? null);
  if (!shown || !results) return null;
  const { docs, more, missed, query } = results;
  const jump = (doc: ChatMessage, view: HTMLElement | null | undefined): void => {
    // Until the message is there; the focus is nowhere else to be.
    focus(boxIn(view));
    search.shown.value = false;
    search.hasMoved = true;
    pane.jump(doc);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const view = viewOf(event.currentTarget);
    const hits = hitsIn(view);
    const next = placeAfter(event, hits.indexOf(event.target as HTMLElement), hits.length);
    if (event.key === "Escape") closeSearch(pane, view);
    else if (next === undefined) return;
    else (next < 0 ? boxIn(view) : hits[next])?.focus();
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys move between what is in it
    <div class="hits" onKeyDown={onKeyDown}>
      {missed && (
        <p class="note n">
          {missedOf(missed, words)} {seconds !== null && words.nextTry(seconds)}
        </p>
      )}
      {docs.length === 0 && (
        <div class="empty">
          <Icon name="search" />
          <b>{words.nothingFound}</b>
        </div>
      )}
      <ul aria-label={words.found(docs.length, more)}>
        {docs.map((doc, index) => (
          <li key={doc.id}>
            <ErrorBoundary of={doc}>
              <Hit
                doc={doc}
                query={query}
                name={nameOf(doc, words, pane.room.isOwn(doc))}
                reachable={index === active}
                words={words}
                onFocus={() => setActive(index)}
                onJump={(event) => jump(doc, viewOf(event.currentTarget))}
              />
            </ErrorBoundary>
          </li>
        ))}
      </ul>
      {more && (
        <Button off={busy} onClick={() => search.more()}>
          {busy ? words.searching : words.moreFound}
        </Button>
      )}
    </div>
  );
});

interface HitProps {
  doc: ChatMessage;
  query: string;
  name: string;
  reachable: boolean;
  words: Words;
  onFocus: () => void;
  onJump: (event: MouseEvent) => void;
}

const Hit = ({ doc, query, name, reachable, words, onFocus, onJump }: HitProps): VNode => (
  <button
    type="button"
    class="hit"
    tabIndex={reachable ? 0 : -1}
    onFocus={onFocus}
    onClick={onJump}
  >
    <span>
      <b>
        <bdi>
          <Highlighted text={name} query={query} />
        </bdi>
      </b>
      <time class="n">{clockTime(doc.at, words.lang)}</time>
    </span>
    <span dir="auto">
      <Highlighted text={excerpt(bodyText(doc.body), query)} query={query} />
    </span>
  </button>
);
