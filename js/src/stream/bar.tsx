import type { ComponentChildren, VNode } from "preact";
import { Announced } from "../core/announced";
import { Button, IconButton } from "../core/button";
import type { Floats } from "../core/float";
import { findAll, moveFocus } from "../core/focus";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { openMenu } from "../core/menu";
import type { Player, Status } from "./player";
import { Ring } from "./ring";
import type { Room } from "./room";
import { type Context, Icon } from "./words";

interface Props {
  room: Room;
  player: Player;
  floats: Floats;
  isLive: boolean;
  box: { current: HTMLDivElement | null };
  onFull: () => void;
  children?: ComponentChildren;
}

const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1_000));

/** Under the picture: how it stands, and what can be pressed; one tab stop, moved through by arrows. */
export const Bar = withHooks(function Bar(
  { room, player, floats, isLive, box, onFull, children }: Props,
  { words }: Context,
): VNode {
  const status = useSignal(player.status);
  const { watching } = useSignal(room.stage);
  const bar = useRef<HTMLDivElement>();
  const [stop, setStop] = useState(0);
  const { phase, muted, quality, captions, delay, behind } = status;
  useEffect(() => {
    findAll(bar.current, "button").forEach((button, index, all) => {
      button.tabIndex = index === Math.min(stop, all.length - 1) ? 0 : -1;
    });
  });
  const isOn = phase === "playing";
  const late = isLive && isOn && behind === 0 && delay !== null ? seconds(delay) : null;
  const lines = quality.lines[quality.chosen];
  const chosen = lines === undefined ? words.auto : words.lines(lines);
  const canPip = document.pictureInPictureEnabled;
  return (
    <>
      <div class="sline" aria-hidden="true">
        <i style={{ width: `${lineOf(status)}%` }} />
      </div>
      <div
        ref={bar}
        class="sc"
        role="toolbar"
        aria-label={words.player}
        tabIndex={-1}
        onKeyDown={(event) => {
          const place = moveFocus(event, findAll(bar.current, "button"), { sideways: true });
          if (place === undefined) return;
          setStop(place);
          event.stopPropagation();
        }}
      >
        {isLive && <Standing status={status} />}
        {isLive && (phase === "paused" || behind > 0) && (
          <Button look="fill" onClick={() => player.goLive()}>
            <Icon name="live" />
            {words.goLive}
          </Button>
        )}
        {isLive && watching > 0 && isOn && behind === 0 && (
          <span class="mut n">{words.watching(watching)}</span>
        )}
        {late !== null && <span class="mut n hide-s">{words.delay(late)}</span>}
        {children}
        <span class="grow" />
        <IconButton
          icon="right"
          label={isOn ? words.pause : words.play}
          off={phase !== "playing" && phase !== "paused"}
          onClick={() => player.toggle()}
        >
          <Icon name={isOn ? "pause" : "play"} />
        </IconButton>
        <IconButton
          icon={muted ? "mute" : "voice"}
          label={muted ? words.unmute : words.mute}
          onClick={() => player.mute(!muted)}
        />
        {quality.lines.length > 0 && (
          <Button
            look="quiet"
            aria-haspopup="menu"
            aria-label={`${words.quality}: ${chosen}`}
            title={words.quality}
            onClick={({ currentTarget: at }) =>
              openMenu(floats, { at }, words.quality, [
                {
                  items: [
                    {
                      ...{ label: words.auto, checked: quality.chosen === -1 },
                      run: () => player.choose(-1),
                    },
                    ...quality.lines.map((lines, index) => ({
                      ...{ label: words.lines(lines), checked: quality.chosen === index },
                      run: () => player.choose(index),
                    })),
                  ],
                },
              ])
            }
          >
            <Icon name="tune" />
            <span class="hide-m">{chosen}</span>
          </Button>
        )}
        {captions !== "none" && (
          <IconButton
            icon="list"
            label={words.captions}
            aria-pressed={captions === "on"}
            onClick={() => player.showCaptions(captions !== "on")}
          >
            <Icon name="captions" />
          </IconButton>
        )}
        {canPip && (
          <IconButton
            icon="screen"
            class="hide-m"
            label={words.pip}
            off={!isOn}
            onClick={() => {
              const video = box.current?.querySelector("video");
              if (document.pictureInPictureElement) void document.exitPictureInPicture();
              else void video?.requestPictureInPicture().catch(() => undefined);
            }}
          >
            <Icon name="pip" />
          </IconButton>
        )}
        <IconButton icon="screen" label={words.full} onClick={onFull}>
          <Icon name="full" />
        </IconButton>
      </div>
    </>
  );
});

/** How much of the line above is drawn: all of it at live. */
const lineOf = ({ phase, behind }: Status): number =>
  phase === "idle" || phase === "starting" ? 0 : Math.max(4, 100 - behind / 1_000);

/** The sign of a live picture, or what it is instead. */
const Standing = withHooks(function Standing(
  { status }: { status: Status },
  { words }: Context,
): VNode | null {
  const { phase, behind, since } = status;
  const away = useSecondsSince(phase === "interrupted" ? since : null);
  const late = seconds(behind);
  const [said, isLive] =
    phase === "playing"
      ? behind > 0
        ? [words.behind(late), false]
        : [words.onAir, true]
      : phase === "paused"
        ? [behind > 0 ? words.behind(late) : words.paused, false]
        : phase === "interrupted"
          ? [words.reconnecting, false]
          : [words.onAir, true];
  return (
    <>
      <span class={isLive ? "lv" : "lv bh n"}>
        {isLive && <i />}
        {phase === "interrupted" && <Ring />}
        {said}
      </span>
      {away !== null && <span class="mut n">{words.span(away)}</span>}
      <Announced text={phase === "interrupted" ? "" : said} />
    </>
  );
});

/** Whole seconds since a time, counted while shown. */
function useSecondsSince(since: number | null): number | null {
  const [, again] = useState(0);
  useEffect(() => {
    if (since === null) return;
    const timer = setInterval(() => again(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? null : Math.max(0, Math.round((Date.now() - since) / 1_000));
}
