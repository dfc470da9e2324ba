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
const AROUND = 5;
/** Rows that come and go together: few, so that a frame has little of them. */
const STEP = 2;

/** The widths of its columns in px, as in matrix.css; the names have what is left. */
const NAME = 104;
const COLUMN = 40;
const SINCE = 84;

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
const inOrder = (rows: Row[], compare: (a: string, b: string) => number, now: number): Row[] => {
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
  const compare = useMemo(() => new Intl.Collator(words.lang).compare, [words.lang]);
  const now = useNow();
  const [query, setQuery] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  const { docs } = board.people;
  const wanted = searchKey(query.trim());
  const rows = inOrder(
    docs.filter(
      (row) => belongs[filter](row, now) && (!wanted || searchKey(row.name).includes(wanted)),
    ),
    compare,
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
  const [wide, setWide] = useState(false);
  const look = (): void => {
    const { current } = place;
    if (!current) return;
    setFrom(Math.max(0, Math.floor(current.scrollTop / (STEP * ROW)) * STEP - AROUND));
    setSight(Math.ceil(current.clientHeight / ROW) + STEP + 2 * AROUND);
    setWide(current.scrollWidth > current.clientWidth);
  };
  useEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(place.current as HTMLElement);
    return () => observer.disconnect();
  }, []);
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
    <div
      class={wide ? "mxs wide" : "mxs"}
      ref={place as { current: HTMLDivElement }}
      onScroll={look}
    >
      <table
        class="mx"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: keys move in it
        role="grid"
        aria-label={words.everyone}
        style={{ minWidth: `${NAME + COLUMN * exercises.length + SINCE}px` }}
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
            <th scope="col" class="nm">
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

/** A row; its cells are made anew only once they would look different, wherever it stands. */
const Line = (props: LineProps): VNode => {
  const { row, exercises, index, focus, now, words, move } = props;
  const minutes = Math.floor((now - (row.stuck || row.idle)) / 60_000);
  const cells = useMemo(() => cellsOf(props), [row, exercises, focus, minutes, words]);
  return useMemo(
    () => (
      <tr
        aria-rowindex={index + 2}
        onFocusIn={({ target }) => {
          const cell = (target as HTMLElement).closest<HTMLTableCellElement>("th, td");
          if (cell) move([index, cell.cellIndex]);
        }}
      >
        {cells}
      </tr>
    ),
    [cells, index],
  );
};

const cellsOf = ({ row, exercises, focus, now, words }: LineProps): VNode => {
  const tab = (column: number): number => (focus === column ? 0 : -1);
  const name = row.name.trim() || words.unnamed;
  return (
    <>
      <th scope="row" title={name} tabIndex={tab(0)}>
        <bdi>{name}</bdi>
      </th>
      {exercises.map(({ id }, place) => shown(row, place, id, tab(place + 1), words))}
      <td class="tm n" tabIndex={tab(exercises.length + 1)}>
        <Since row={row} now={now} words={words} />
      </td>
    </>
  );
};

/** The cell of an exercise: of as few elements as can be, since hundreds come into sight at once. */
const shown = (row: Row, place: number, key: string, tabIndex: number, words: Words): VNode => {
  const cell: Cell = row.cells[place] ?? null;
  if (!cell) {
    return (
      <td {...{ key, tabIndex }} class="n" aria-label={words.notBegunCell}>
        ·
      </td>
    );
  }
  if (isCellDone(cell)) {
    return (
      <td {...{ key, tabIndex }} class="n done" aria-label={words.counted.done}>
        <Sign name="done" />
      </td>
    );
  }
  const [passed, all] = cell;
  if (row.stuck > 0 && row.last === place) {
    const label = `${words.counted.stuck}, ${passed}/${all}`;
    return (
      <td {...{ key, tabIndex }} class="n sk" aria-label={label}>
        <Sign name="stuck" />
        {passed}
        <span class="of">/{all}</span>
      </td>
    );
  }
  return (
    <td {...{ key, tabIndex }} class="n">
      {passed}
      <span class="of">/{all}</span>
    </td>
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
