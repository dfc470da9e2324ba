// What an instructor does with the poll in front of them.

import type { ComponentProps, VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { copyText } from "../core/clipboard";
import { Confirm } from "../core/confirm";
import { useBrief, useRef, useSignal, withHooks } from "../core/hooks";
import { canInsertCell, insertCell } from "../core/jupyter";
import { type MenuItem, openMenu } from "../core/menu";
import { project } from "../core/projector";
import { CorrectAnswer } from "./correct_answer";
import type { Poll } from "./documents";
import { Icon, type IconName } from "./icons";
import { confirmInMenu } from "./list";
import type { Pane } from "./pane";
import type { Context } from "./words";

const MORE_TIME = 30;
const KEPT_FOR = 4_000;

interface Props {
  pane: Pane;
  poll: Poll;
}

interface ControlProps extends ComponentProps<typeof Button> {
  label: string;
  icon?: IconName;
}

/** One of the large buttons: outlined, unless it looks otherwise. */
const Control = ({ label, icon, look = "outlined", ...rest }: ControlProps): VNode => (
  <Button look={`big ${look}`} {...(look === "quiet" && { title: label })} {...rest}>
    {icon && <Icon name={icon} />}
    <span class="word">{label}</span>
  </Button>
);

export const DeskBar = withHooks(function DeskBar(
  { pane, poll }: Props,
  { words }: Context,
): VNode {
  const { room } = pane;
  const desk = useSignal(room.desk);
  useSignal(room.connection.kernel);
  useSignal(room.connection.lesson);
  const choosing = useSignal(pane.choosing);
  const ask = useSignal(pane.asked);
  const { state, round, shown, ended } = poll;
  const off = !room.open || poll.saving;
  const asked = { round };
  const canRevote = !shown.answer && !ended && (state === "closed" || state === "revealed");
  const next = desk.next !== null && desk.next !== poll.id && state !== "open";
  const open = poll.error ? null : state;
  return (
    <>
      {choosing && <CorrectAnswer pane={pane} poll={poll} />}
      {ask && !off && (
        <Confirm
          question={words.confirmDestroy}
          yes={words.reveal}
          onYes={ask}
          onNo={() => {
            pane.asked.value = null;
          }}
        />
      )}
      <div class="desk">
        {poll.error && (
          <Control
            label={words.dismiss}
            icon="trash"
            onClick={() => {
              room.manage("discard", poll);
              pane.show(null);
            }}
          />
        )}
        {open === "draft" && (
          <Control
            label={words.open}
            icon="play"
            look="fill"
            off={off}
            onClick={() => room.manage("open", poll)}
          />
        )}
        {open === "open" && (
          <>
            <Control
              label={words.close}
              icon="stop"
              look="fill"
              off={off}
              onClick={() => room.manage("close", poll, asked)}
            />
            {poll.closes !== undefined && (
              <Control
                label={words.moreTime(MORE_TIME)}
                off={off}
                onClick={() => room.manage("extend", poll, { ...asked, seconds: MORE_TIME })}
              />
            )}
          </>
        )}
        {(open === "closed" || (open === "revealed" && !(shown.counts && shown.answer))) && (
          <RevealButton pane={pane} poll={poll} off={off} />
        )}
        {canRevote && <RevoteButton pane={pane} poll={poll} off={off} />}
        {next && (
          <Control
            label={words.next}
            look={open === "revealed" ? "fill" : "outlined"}
            off={off}
            onClick={() => {
              pane.show(null);
              room.next();
            }}
          />
        )}
        <span class="aside">
          {(open === "open" || open === "closed") && <PeekButton pane={pane} poll={poll} />}
          {poll.results.length > 0 && <KeepButton pane={pane} poll={poll} />}
          <MoreButton pane={pane} poll={poll} />
        </span>
      </div>
    </>
  );
});

interface MenuButtonProps {
  pane: Pane;
  label: string;
  look: "fill" | "outlined";
  off: boolean;
  items: readonly MenuItem[];
}

/** A button that opens a menu of variants of the button beside it. */
const MenuButton = ({ pane, label, look, off, items }: MenuButtonProps): VNode => (
  <Button
    look={`big ${look}`}
    aria-haspopup="menu"
    aria-label={label}
    title={label}
    off={off}
    onClick={({ currentTarget: at }) => openMenu(pane.floats, { at }, label, [{ items }])}
  >
    <Icon name="more" />
  </Button>
);

/** The durations of a round to choose from, in seconds; 0: until it is closed. */
const TIMES = [0, 30, 60, 90, 120];

/** Opens another round, with the time of the last one or, from its menu, any other. */
const RevoteButton = withHooks(function RevoteButton(
  { pane, poll, off }: Props & { off: boolean },
  { words }: Context,
): VNode {
  const { room } = pane;
  const usual = room.secondsOf(poll);
  const revote = (seconds: number): void =>
    room.manage("revote", poll, { round: poll.round + 1, ...(seconds > 0 && { seconds }) });
  const items = TIMES.map((seconds) => ({
    label: words.timeOf(seconds),
    checked: seconds === usual,
    run: () => revote(seconds),
  }));
  return (
    <span class="split">
      <Control label={words.revote} icon="again" off={off} onClick={() => revote(usual)} />
      <MenuButton {...{ pane, off, items }} label={words.revoteTime} look="outlined" />
    </span>
  );
});

/** Reveals what is known, at once; a menu beside it reveals less, or asks what is right. */
const RevealButton = withHooks(function RevealButton(
  { pane, poll, off }: Props & { off: boolean },
  { words }: Context,
): VNode {
  const { shown, hasAnswer } = poll;
  const reveal = (what: { counts?: boolean; answer?: boolean }): void => pane.reveal(poll, what);
  const choose = (): void => {
    pane.choosing.value = true;
  };
  const all = { counts: !shown.counts, answer: !shown.answer && hasAnswer };
  const items: MenuItem[] = [
    ...(!shown.counts ? [{ label: words.revealCounts, run: () => reveal({ counts: true }) }] : []),
    ...(!shown.answer && hasAnswer
      ? [{ label: words.revealAnswer, run: () => reveal({ answer: true }) }]
      : []),
    ...(!shown.answer ? [{ label: words.chooseAnswer, run: choose }] : []),
  ];
  const label = shown.counts ? (hasAnswer ? words.revealAnswer : words.chooseAnswer) : words.reveal;
  return (
    <span class="split">
      <Control
        label={label}
        look="fill"
        off={off}
        onClick={() => (all.counts || all.answer ? reveal(all) : choose())}
      />
      {items.length > 1 && (
        <MenuButton {...{ pane, off, items }} label={words.revealMore} look="fill" />
      )}
    </span>
  );
});

/** Shows live results to the instructor alone. */
const PeekButton = withHooks(function PeekButton({ pane, poll }: Props, { words }: Context): VNode {
  const { room } = pane;
  useSignal(room.peeked);
  const on = room.peekOf(poll) !== null;
  const none = poll.anonymous && poll.state === "open";
  return (
    <Control
      label={none ? words.peekAnonymous : on ? words.hide : words.peek}
      icon={on ? "hidden" : "eye"}
      look="quiet"
      aria-pressed={on}
      off={!room.open || none}
      onClick={() => room.peek(poll, !on)}
    />
  );
});

/** Leaves the results as a static picture in a cell of its own. */
const KeepButton = withHooks(function KeepButton(
  { pane, poll }: Props,
  { words }: Context,
): VNode | null {
  const { lesson } = useSignal(pane.room.desk);
  const [said, setSaid] = useBrief(KEPT_FOR);
  const kept = useRef<string>();
  // It becomes code that runs: nothing but what an id is made of.
  if (!/^[\w-]{1,64}$/.test(poll.id)) return null;
  const code = `${lesson}.polls.poll("${poll.id}").freeze()`;
  const onClick = async ({
    currentTarget: near,
  }: {
    currentTarget: HTMLElement;
  }): Promise<void> => {
    const inserted = canInsertCell() && (await insertCell(code, { run: true }));
    if (!inserted) await copyText(code, near);
    kept.current = inserted ? words.kept1 : words.keptCode;
    setSaid(true);
  };
  return (
    <>
      <Control label={words.keep} icon="keep" look="quiet" onClick={onClick} />
      <span class="said" role="status">
        {said && kept.current}
      </span>
    </>
  );
});

const MoreButton = withHooks(function MoreButton({ pane, poll }: Props, { words }: Context): VNode {
  const { room } = pane;
  const onClick = ({ currentTarget: at }: { currentTarget: HTMLElement }): void => {
    const remove = (): void => {
      room.manage("delete", poll);
      pane.show(null);
    };
    const elsewhere: MenuItem[] = [
      {
        label: words.newPoll,
        icon: "plus",
        run: () => {
          pane.shown.value = "form";
        },
      },
      {
        label: words.allPolls,
        icon: "list",
        run: () => {
          pane.shown.value = "list";
        },
      },
    ];
    openMenu(pane.floats, { at }, words.moreOf, [
      {
        items: [
          ...(pane.only ? [] : elsewhere),
          {
            label: words.projector,
            icon: "screen",
            run: () => {
              project(room.projected, at);
            },
          },
        ],
      },
      {
        items:
          poll.saving || poll.error
            ? []
            : [
                ...(poll.state === "draft" && !pane.only
                  ? [{ label: words.edit, icon: "edit", run: () => pane.edit(poll) } as const]
                  : []),
                {
                  ...{ label: words.duplicate, icon: "copy" as const },
                  run: () => room.duplicate(poll),
                },
              ],
      },
      {
        label: words.showHidden,
        items: poll.hiddenTexts.map((text) => ({
          label: text,
          icon: "hidden" as const,
          run: () => room.manage("hide_answer", poll, { text, on: false }),
        })),
      },
      {
        items: poll.saving
          ? []
          : [
              {
                label: words.removePoll,
                icon: "trash",
                danger: true,
                run: () =>
                  confirmInMenu(
                    pane.floats,
                    at,
                    words.confirmRemove,
                    { label: words.remove, run: remove },
                    words.cancel,
                  ),
              },
            ],
      },
    ]);
  };
  return <IconButton icon="dots" label={words.moreOf} aria-haspopup="menu" onClick={onClick} />;
});
