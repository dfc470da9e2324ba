import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import type { Floats } from "../core/float";
import { useSignal, withHooks } from "../core/hooks";
import { openMenu } from "../core/menu";
import { clockTime } from "../core/time";
import type { Cell, Held } from "./documents";
import { Icon } from "./icons";
import type { Room } from "./room";
import { Coloured } from "./runs";
import type { Context } from "./words";

/** What an instructor shares from here, and the ways to pause and end it. */
export const Strip = withHooks(function Strip(
  { room, floats }: { room: Room; floats: Floats },
  { words }: Context,
): VNode {
  const { mine, audience, held } = useSignal(room.desk);
  useSignal(room.cells.version);
  const act = (what: string, args = {}): void => {
    room.connection.intend(`cells.${what}`, args);
  };
  if (mine === "off") {
    return (
      <div class="desk">
        <Button look="big fill" onClick={() => act("share")}>
          <Icon name="share" />
          {words.share}
        </Button>
      </div>
    );
  }
  const waiting = held.filter(({ why }) => why === "paused");
  const more = (
    <IconButton
      icon="dots"
      label={words.sharingMenu}
      aria-haspopup="menu"
      onClick={({ currentTarget: at }) =>
        openMenu(floats, { at }, words.sharingMenu, [
          { items: [{ label: words.stop, run: () => act("stop") }] },
        ])
      }
    />
  );
  if (mine === "paused") {
    return (
      <div class="desk">
        <span class="lead">
          <Icon name="pause" />
          <b role="status">{words.paused}</b>
        </span>
        {waiting.length > 0 && <span class="sub">{words.notShared(waiting.length)}</span>}
        <span class="grow" />
        <Button look="big fill" onClick={() => act("resume", { held: false })}>
          <Icon name="share" />
          {words.resume}
        </Button>
        {waiting.length > 0 && (
          <Button look="big outlined" onClick={() => act("resume", { held: true })}>
            {words.resumeAll(waiting.length)}
          </Button>
        )}
        {more}
      </div>
    );
  }
  return (
    <div class="desk">
      <span class="lead">
        <Icon name="share" />
        <b role="status">{words.sharing}</b>
      </span>
      <span class="sub n">{words.count(room.desk.value.total)}</span>
      {audience !== null && <span class="sub n">{words.withYou(audience)}</span>}
      <span class="grow" />
      <Button look="big outlined" onClick={() => act("pause")}>
        <Icon name="pause" />
        {words.pause}
      </Button>
      {more}
    </div>
  );
});

const firstLine = (source: string): string =>
  source.split("\n").find((line) => line.trim()) ?? source;

const Unshared = withHooks(function Unshared({ cell }: { cell: Held }, { words }: Context): VNode {
  const line = firstLine(cell.source);
  const isPrivate = cell.why === "private";
  return (
    <li class="irow">
      <span class="num">[{cell.n || " "}]</span>
      <span class="one">
        {isPrivate ? (
          <span class="np">
            <Icon name="lock" />
            <b>{words.private}</b> {words.privateCell}
          </span>
        ) : (
          <code dir="ltr">
            <Coloured text={line} runs={line === cell.source ? cell.runs : ""} />
          </code>
        )}
      </span>
      {!isPrivate && (
        <span class="np">
          <Icon name={cell.why === "many" ? "alert" : "pause"} />
          <b>{words.private}</b>
          {cell.why === "many" && ` ${words.tooMany}`}
        </span>
      )}
      <time>{clockTime(cell.at, words.lang)}</time>
    </li>
  );
});

const Own = withHooks(function Own(
  { room, cell }: { room: Room; cell: Cell },
  { words }: Context,
): VNode {
  const error = cell.outputs.find(({ type }) => type === "error");
  const cut = cell.outputs.find((output) => output.cut)?.cut;
  return (
    <li class="irow">
      <span class="num">[{cell.n || " "}]</span>
      <code class="one" dir="ltr">
        {firstLine(cell.source)}
      </code>
      {cut && <span class="nt">{words.cut(cut.shown, cut.total, cut.unit)}</span>}
      {error && (
        <span class="nt bad">
          <Icon name="alert" />
          {error.name}
        </span>
      )}
      {cell.status === "running" && <Icon name="running" />}
      <time>{clockTime(cell.at, words.lang)}</time>
      <Button
        look="tiny back"
        aria-label={`${words.takeBack} [${cell.n}]`}
        onClick={() => room.connection.intend("cells.take_back", { id: cell.id })}
      >
        {words.takeBack}
      </Button>
    </li>
  );
});

const MOST = 100;

/** What an instructor has run, a line a cell: shared or not. */
export const OwnRows = withHooks(function OwnRows({ room }: { room: Room }): VNode {
  const { held } = useSignal(room.desk);
  useSignal(room.cells.version);
  const rows: { at: number; row: VNode }[] = [
    ...room.cells.docs
      .slice(-MOST)
      .map((cell) => ({ at: cell.at, row: <Own key={cell.id} room={room} cell={cell} /> })),
    ...held.map((cell) => ({ at: cell.at, row: <Unshared key={cell.id} cell={cell} /> })),
  ];
  return <ol class="ilog">{rows.sort((a, b) => a.at - b.at).map(({ row }) => row)}</ol>;
});
