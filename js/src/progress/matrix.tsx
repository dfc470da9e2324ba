import type { VNode } from "preact";
import { useEffect, useMemo, useNow, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { searchKey } from "../core/text";
import { FindBox } from "../shared/find";
import type { Board } from "./board";
import { type Cell, type Exercise, hasDoneAll, isCellDone, type Row } from "./documents";
import { Sign } from "./signs";
import type { Context, Words } from "./words";

/** People from which on one can look for one. */
const MANY = 40;

/** The height of a row in px, and the rows kept above and below what is in sight. */
const ROW = 32;
const AROUND = 8;

/** Ms without another check that passes, after which that is said. */
const IDLE = 5 * 60_000;

const filters = ["all", "stuck", "idle", "working", "done"] as const;
type Filter = (typeof filters)[number];

const isIdle = (row: Row, now: number): boolean => row.idle > 0 && now - row.idle >= IDLE;

const belongs: Record<Filter, (row: Row, now: number) => boolean> = {
  all: () => true,
  stuck: ({ stuck }) => stuck > 0,
  idle: isIdle,
  working: (row) => row.stuck === 0 && !hasDoneAll(row),
  done: hasDoneAll,
};

/** Stuck longest first, then without progress longest, then by name. */
const inOrder = (rows: Row[], lang: string, now: number): Row[] => {
  const { compare } = new Intl.Collator(lang);
  const rank = (row: Row): number => (row.stuck ? 0 : isIdle(row, now) ? 1 : 2);
  const since = (row: Row): number =>
    rank(row) === 0 ? row.stuck : rank(row) === 1 ? row.idle : 0;
  return rows.sort((a, b) => rank(a) - rank(b) || since(a) - since(b) || compare(a.name, b.name));
};

/** People by exercises, as a grid of which only the rows in sight are there. */
export const Matrix = withHooks(function Matrix(
  { board }: { board: Board },
  { words }: Context,
): VNode {
  useSignal(board.people.version);
  const version = useSignal(board.exercises.version);
  const exercises = useMemo(() => board.sorted(), [board, version]);
  const now = useNow();
  const [query, setQuery] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  const { docs } = board.people;
  const wanted = searchKey(query.trim());
  const rows = inOrder(
    docs.filter(
      (row) => belongs[filter](row, now) && (!wanted || searchKey(row.name).includes(wanted)),
    ),
    words.lang,
    now,
  );
  return (
    <div class="mxa">
      {docs.length > MANY ? (
        <>
          <FindBox
            label={words.findOne}
            placeholder={words.find(docs.length)}
            maxLength={64}
            value={query}
            onInput={setQuery}
            onKeyDown={(event) => {
              if (event.key === "Escape" && query) setQuery("");
            }}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: buttons that choose, and no fieldset */}
          <div class="filters" role="group" aria-label={words.showOnly}>
            {filters.map((name) => (
              <button
                key={name}
                type="button"
                class="n"
                aria-pressed={name === filter}
                onClick={() => setFilter(name)}
              >
                {words.filters[name]}{" "}
                {new Intl.NumberFormat(words.lang).format(
                  docs.filter((row) => belongs[name](row, now)).length,
                )}
              </button>
            ))}
          </div>
        </>
      ) : (
        <div class="sec">{words.everyone}</div>
      )}
      {rows.length > 0 ? (
        <Grid key={`${filter} ${wanted}`} rows={rows} exercises={exercises} now={now} />
      ) : (
        <p class="note">{words.nobody}</p>
      )}
    </div>
  );
});

interface GridProps {
  rows: readonly Row[];
  exercises: readonly Exercise[];
  now: number;
}

const Grid = withHooks(function Grid(
  { rows, exercises, now }: GridProps,
  { words }: Context,
): VNode {
  const place = useRef<HTMLDivElement>();
  const [from, setFrom] = useState(0);
  const [sight, setSight] = useState(20);
  const [[row, column], move] = useState<readonly [number, number]>([0, 0]);
  const [moved, setMoved] = useState(0);
  const look = (): void => {
    const { current } = place;
    if (!current) return;
    // In steps: rows are made anew once for some of them that were scrolled, not for each.
    setFrom(Math.max(0, Math.floor(current.scrollTop / (AROUND * ROW)) - 1) * AROUND);
    setSight(Math.ceil(current.clientHeight / ROW) + 3 * AROUND);
  };
  useEffect(look, []);
  useEffect(() => {
    if (moved === 0) return;
    place.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }, [moved, from]);
  const last = rows.length - 1;
  const columns = exercises.length + 1;
  const at = Math.min(row, last);
  const go = (to: number, across: number): void => {
    const { current } = place;
    const next = Math.max(0, Math.min(last, to));
    move([next, Math.max(0, Math.min(columns, across))]);
    setMoved(moved + 1);
    if (!current) return;
    const top = next * ROW;
    const room = current.clientHeight - 2 * ROW;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top > current.scrollTop + room) current.scrollTop = top - room;
    look();
  };
  const steps: Record<string, () => void> = {
    ArrowDown: () => go(at + 1, column),
    ArrowUp: () => go(at - 1, column),
    ArrowRight: () => go(at, column + 1),
    ArrowLeft: () => go(at, column - 1),
    PageDown: () => go(at + 10, column),
    PageUp: () => go(at - 10, column),
    Home: () => go(at, 0),
    End: () => go(at, columns),
  };
  const begin = Math.min(from, Math.max(0, rows.length - sight));
  const shown = rows.slice(begin, begin + sight);
  // The cell with the focus stays, or keys would lead nowhere.
  const near = at >= begin && at < begin + shown.length ? at : begin;
  return (
    <div class="mxs" ref={place as { current: HTMLDivElement }} onScroll={look}>
      <table
        class="mx"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: keys move in it
        role="grid"
        aria-label={words.everyone}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns + 1}
        onKeyDown={(event) => {
          const step =
            event.ctrlKey || event.metaKey || event.altKey ? undefined : steps[event.key];
          if (!step) return;
          event.preventDefault();
          step();
        }}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">
              <span class="sr">{words.name}</span>
            </th>
            {exercises.map(({ id, place: number, title }) => (
              <th key={id} scope="col" class="n" title={title}>
                <span aria-hidden="true">{number}</span>
                <span class="sr">{title}</span>
              </th>
            ))}
            <th scope="col" class="tm">
              {words.counted.stuck}
            </th>
          </tr>
        </thead>
        <tbody>
          {begin > 0 && <Gap rows={begin} columns={columns + 1} />}
          {shown.map((one, place) => {
            const index = begin + place;
            return (
              <Line
                key={one.id}
                {...{ now, words, exercises, index }}
                row={one}
                focus={index === near ? column : -1}
                move={move}
              />
            );
          })}
          {begin + shown.length < rows.length && (
            <Gap rows={rows.length - begin - shown.length} columns={columns + 1} />
          )}
        </tbody>
      </table>
    </div>
  );
});

const Gap = ({ rows, columns }: { rows: number; columns: number }): VNode => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing of it takes the focus
  <tr class="gap" aria-hidden="true">
    <td colSpan={columns} style={{ height: `${rows * ROW}px` }} />
  </tr>
);

interface LineProps {
  row: Row;
  exercises: readonly Exercise[];
  index: number;
  focus: number;
  now: number;
  words: Words;
  move: (to: readonly [row: number, column: number]) => void;
}

/** A row; what it shows is made anew only once it would look different. */
const Line = (props: LineProps): VNode => {
  const { row, exercises, index, focus, now, words } = props;
  const minutes = Math.floor((now - (row.stuck || row.idle)) / 60_000);
  return useMemo(() => line(props), [row, exercises, index, focus, minutes, words]);
};

const line = ({ row, exercises, index, focus, now, words, move }: LineProps): VNode => {
  const tab = (column: number): { tabIndex: number; onFocus: () => void } => ({
    tabIndex: focus === column ? 0 : -1,
    onFocus: () => move([index, column]),
  });
  const name = row.name.trim() || words.unnamed;
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row" title={name} {...tab(0)}>
        <bdi>{name}</bdi>
      </th>
      {exercises.map(({ id }, place) => (
        <td key={id} class="n" {...tab(place + 1)}>
          <Shown
            cell={row.cells[place] ?? null}
            stuck={row.stuck > 0 && row.last === place}
            words={words}
          />
        </td>
      ))}
      <td class="tm n" {...tab(exercises.length + 1)}>
        <Since row={row} now={now} words={words} />
      </td>
    </tr>
  );
};

const Shown = ({ cell, stuck, words }: { cell: Cell; stuck: boolean; words: Words }): VNode => {
  if (!cell) {
    return (
      <>
        <span aria-hidden="true">·</span>
        <span class="sr">{words.notBegunCell}</span>
      </>
    );
  }
  if (isCellDone(cell)) {
    return (
      <span class="done">
        <Sign name="done" />
        <span class="sr">{words.counted.done}</span>
      </span>
    );
  }
  return (
    <span class={stuck ? "sk" : undefined}>
      {stuck && (
        <>
          <Sign name="stuck" />
          <span class="sr">{words.counted.stuck}, </span>
        </>
      )}
      {cell[0]}
      <span class="of">/{cell[1]}</span>
    </span>
  );
};

const Since = ({ row, now, words }: { row: Row; now: number; words: Words }): VNode | null => {
  if (row.stuck > 0) {
    const time = words.lasts(now - row.stuck);
    return (
      <span title={words.stuckFor(time)}>
        <span aria-hidden="true">{time || "·"}</span>
        <span class="sr">{words.stuckFor(time)}</span>
      </span>
    );
  }
  if (!isIdle(row, now)) return null;
  const time = words.lasts(now - row.idle);
  return (
    <span class="idle" title={words.idleFor(time)}>
      <Icon name="clock" />
      <span aria-hidden="true">{time}</span>
      <span class="sr">{words.idleFor(time)}</span>
    </span>
  );
};
