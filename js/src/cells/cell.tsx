import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { copyText } from "../core/clipboard";
import { useBrief, useEffect, useSignal, useState, withHooks } from "../core/hooks";
import { canInsertCell, insertCell } from "../core/jupyter";
import { clockTime } from "../core/time";
import { Comparison, Lines } from "./diff";
import type { Cell, Compared, Mine } from "./documents";
import { Icon } from "./icons";
import { Shown } from "./output";
import type { Room } from "./room";
import { Coloured } from "./runs";
import type { Context } from "./words";

const SAID_FOR = 1_600;

const Seconds = withHooks(function Seconds(
  { since }: { since: number },
  { words }: Context,
): VNode {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="state running">
      <Icon name="running" />
      {words.runningFor(Math.max(0, Math.round((now - since) / 1_000)))}
    </p>
  );
});

/** Which cell of one's own it is like, and in how much they differ. */
export const Relation = withHooks(function Relation(
  { mine, onCompare }: { mine: Mine; onCompare: () => void },
  { words }: Context,
): VNode {
  if (mine.differs === 0) {
    return (
      <p class="state rel">
        <Icon name="check" />
        {words.sameAs(mine.n)}
      </p>
    );
  }
  return (
    <p class="state rel">
      {words.differs(mine.n, mine.differs)}
      <Button look="tiny" onClick={onCompare}>
        {words.compare}
      </Button>
    </p>
  );
});

interface Props {
  room: Room;
  cell: Cell;
  /** Whether it is the tab stop. */
  active: boolean;
  projected: boolean;
  /** The comparison that is open here: `null` while it is computed. */
  compared?: Compared | null | undefined;
}

/** The tools of a cell: they are always there. */
const Tools = withHooks(function Tools({ room, cell, active }: Props, { words }: Context): VNode {
  const [copied, setCopied] = useBrief(SAID_FOR);
  const [inserted, setInserted] = useBrief(SAID_FOR);
  const tabIndex = active ? 0 : -1;
  return (
    <div class="tools">
      <span class="copied" role="status">
        {copied ? words.copied : inserted ? words.inserted : ""}
      </span>
      {cell.mine && (
        <IconButton
          icon="code"
          class="compare"
          label={words.compareMine}
          tabIndex={tabIndex}
          onClick={() => room.compare(cell.id)}
        >
          <Icon name="compare" />
        </IconButton>
      )}
      {canInsertCell() && (
        <IconButton
          icon={inserted ? "check" : "cell"}
          class="insert"
          label={words.insert}
          tabIndex={tabIndex}
          onClick={async () => setInserted(await insertCell(cell.source))}
        />
      )}
      <IconButton
        icon={copied ? "check" : "copy"}
        class="copy"
        label={words.copyCode}
        tabIndex={tabIndex}
        onClick={async ({ currentTarget }) => setCopied(await copyText(cell.source, currentTarget))}
      />
    </div>
  );
});

/** The line that says that it was run before. */
const Again = withHooks(function Again(
  { room, cell, open }: { room: Room; cell: Cell; open: boolean },
  { words }: Context,
): VNode {
  return (
    <p class="state again">
      <Icon name="again" />
      <b>{words.again}</b>
      <span>{words.times(cell.times, cell.changed)}</span>
      {cell.changed > 0 && (
        <Button look="tiny changes" aria-expanded={open} onClick={() => room.changes(cell.id)}>
          {open ? words.hideChanges : words.showChanges}
        </Button>
      )}
    </p>
  );
});

/** A shared cell: its gutter, its source, its outputs, and what it is to the reader. */
export const CellRow = withHooks(function CellRow(props: Props, { words }: Context): VNode {
  const { room, cell, active, projected, compared } = props;
  useSignal(room.connection.lesson);
  const changes = compared?.n === 0;
  const beside = compared && compared.n > 0 && !projected;
  const reachable = active && !projected;
  return (
    <article
      class="cell"
      data-id={cell.id}
      tabIndex={active ? 0 : -1}
      aria-label={words.cellBy(cell.n, cell.byName)}
    >
      <div class="gut">
        <span class="num">[{cell.n || " "}]</span>
        <time dateTime={new Date(cell.at).toISOString()}>{clockTime(cell.at, words.lang)}</time>
      </div>
      <div class="bd">
        {cell.times > 1 && !projected && <Again room={room} cell={cell} open={changes} />}
        {beside ? (
          <Comparison room={room} cell={cell} compared={compared} />
        ) : (
          <div class="src">
            {changes ? (
              <Lines rows={compared.rows} />
            ) : (
              // biome-ignore lint/a11y/useSemanticElements: what scrolls is the code itself
              <pre dir="ltr" tabIndex={reachable ? 0 : -1} role="group" aria-label={words.source}>
                <Coloured text={cell.source} runs={cell.runs} />
              </pre>
            )}
            {!projected && <Tools {...props} />}
          </div>
        )}
        {cell.cut && <p class="state">{words.cut(cell.cut.shown, cell.cut.total, "")}</p>}
        {cell.outputs.map((output, index) => (
          <Shown key={index} output={output} reachable={reachable} />
        ))}
        {cell.status === "running" && <Seconds since={cell.at} />}
        {cell.mine && !beside && !projected && (
          <Relation mine={cell.mine} onCompare={() => room.compare(cell.id)} />
        )}
      </div>
    </article>
  );
});

/** A cell that was run again, in one line. */
export const Folded = withHooks(function Folded(
  { cell, next, onOpen }: { cell: Cell; next: Cell; onOpen: () => void },
  { words }: Context,
): VNode {
  return (
    <div class="cell folded" data-id={cell.id}>
      <span class="num">[{cell.n || " "}]</span>
      <code class="one" dir="ltr">
        {cell.source.split("\n").find((line) => line.trim()) ?? ""}
      </code>
      <Button look="tiny" onClick={onOpen}>
        {words.againAs(next.n)}
      </Button>
    </div>
  );
});
