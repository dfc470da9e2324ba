import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { useSignal, useState, withHooks } from "../core/hooks";
import { canInsertCell, insertCell } from "../core/jupyter";
import type { Cell, Compared, DiffLine, DiffRow } from "./documents";
import { Icon } from "./icons";
import type { Room } from "./room";
import { Coloured } from "./runs";
import type { Context } from "./words";

type Side = "mine" | "theirs" | "same";

const Line = withHooks(function Line(
  { line, side }: { line: DiffLine; side: Side },
  { words }: Context,
): VNode {
  const text = <Coloured text={line.text} runs={line.runs} words={line.words} />;
  if (side === "same")
    return (
      <span class="dl">
        {text}
        {"\n"}
      </span>
    );
  const Tag = side === "theirs" ? "ins" : "del";
  return (
    <Tag class={`dl ${side}`} aria-label={`${words[side]}: ${line.text}`}>
      <span class="sg" aria-hidden="true">
        {side === "theirs" ? "+" : "−"}
      </span>
      {text}
      {"\n"}
    </Tag>
  );
});

/** The lines of one column: those that differ in blocks, mine before theirs. */
function* column(rows: readonly DiffRow[], only?: "mine" | "theirs"): Generator<[DiffLine, Side]> {
  let waiting: [DiffLine, Side][] = [];
  for (const { same, mine, theirs } of rows) {
    if (same && theirs) {
      yield* waiting;
      waiting = [];
      yield [theirs, "same"];
      continue;
    }
    if (mine && only !== "theirs") yield [mine, "mine"];
    if (theirs && only !== "mine") waiting.push([theirs, "theirs"]);
  }
  yield* waiting;
}

/** What scrolls sideways is reached by keys. */
const reachable = 0;

/** The lines of a comparison, in one column or of one side. */
export const Lines = withHooks(function Lines(
  { rows, only }: { rows: readonly DiffRow[]; only?: "mine" | "theirs" },
  { words }: Context,
): VNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: what scrolls is the code itself
    <pre class="dif" dir="ltr" tabIndex={reachable} role="group" aria-label={words.source}>
      {[...column(rows, only)].map(([line, side], index) => (
        <Line key={index} line={line} side={side} />
      ))}
    </pre>
  );
});

interface Props {
  room: Room;
  cell: Cell;
  compared: Compared;
}

/** A shared cell beside one's own, in its place. */
export const Comparison = withHooks(function Comparison(
  { room, cell, compared }: Props,
  { words }: Context,
): VNode {
  const [beside, setBeside] = useState(true);
  useSignal(room.open);
  const { rows, n, choices } = compared;
  const insertable = canInsertCell();
  return (
    <div class="cmp">
      <div class="cmphd">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would look different */}
        <span class="seg" role="group" aria-label={words.layout}>
          <Button aria-pressed={beside} onClick={() => setBeside(true)}>
            {words.sideBySide}
          </Button>
          <Button aria-pressed={!beside} onClick={() => setBeside(false)}>
            {words.oneColumn}
          </Button>
        </span>
        <span role="status">{words.linesDiffer(rows.filter(({ same }) => !same).length)}</span>
        <span class="grow" />
        <IconButton icon="close" label={words.close} onClick={() => room.close()} />
      </div>
      <div class={beside ? "two" : "two uni"}>
        <div>
          <p class="who">
            <b>
              <bdi>{cell.byName}</bdi>
            </b>
            <span class="num">[{cell.n}]</span>
          </p>
          {beside && <Lines rows={rows} only="theirs" />}
        </div>
        <div>
          <p class="who">
            <b>{words.you}</b>
            <select
              aria-label={words.yourCell}
              value={n}
              onChange={({ currentTarget }) => room.compare(cell.id, Number(currentTarget.value))}
            >
              {choices.map((choice) => (
                <option key={choice.n} value={choice.n}>
                  {`[${choice.n}] ${choice.line.slice(0, 40)}`}
                </option>
              ))}
            </select>
          </p>
          {beside && <Lines rows={rows} only="mine" />}
        </div>
        <div class="one">
          <Lines rows={rows} />
        </div>
      </div>
      <p class="foot">
        {insertable && (
          <Button look="outlined" onClick={() => insertCell(cell.source)}>
            <Icon name="cell" />
            {words.insertTheirs(cell.byName)}
          </Button>
        )}
        <span>{words.yoursStays}</span>
      </p>
    </div>
  );
});
