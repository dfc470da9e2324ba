import type { ComponentChildren, VNode } from "preact";
import { Button } from "../core/button";
import type { Floats } from "../core/float";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Bar } from "./bar";
import { Card } from "./card";
import type { Source, Stream } from "./documents";
import type { Open } from "./engine";
import { type Fault, faultOf, webAddress } from "./faults";
import { openHls } from "./hls";
import { type KeysOf, pressed } from "./keys";
import { openNative } from "./native";
import { Player } from "./player";
import { Ring } from "./ring";
import type { Room } from "./room";
import { openWhep } from "./whep";
import { type Context, Icon } from "./words";

interface Props {
  room: Room;
  stream: Stream;
  source: Source;
  floats: Floats;
  keys: KeysOf;
  projected: boolean;
  /** For a recording: where it begins, in seconds. */
  from?: number;
  children?: ComponentChildren;
}

/** The picture of a stream or of a recording, by whichever way its address is played. */
export const Live = withHooks(
  (props: Props): VNode =>
    props.source.kind === "embed" ? <Embedded {...props} /> : <Played {...props} />,
);

const engineFor = (room: Room, { kind }: Source): Open => {
  if (kind === "whep") return openWhep;
  return kind === "hls" ? openHls(() => room.connection.extra("stream.hls")) : openNative;
};

/** A picture that this page plays itself. */
const Played = withHooks(function Played(props: Props, { words }: Context): VNode {
  const { room, stream, source, floats, keys, projected, from, children } = props;
  const isLive = from === undefined;
  const box = useRef<HTMLDivElement>();
  const video = useRef<HTMLVideoElement>();
  const still = useRef<HTMLCanvasElement>();
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    if (!video.current || !still.current) return;
    const made = new Player(video.current, still.current, source, engineFor(room, source));
    setPlayer(made);
    const end = made.status.subscribe(() => {
      const { phase, delay } = made.status.value;
      if (isLive) room.plays(made, phase === "playing", delay ?? 0);
      if (isLive && phase === "playing") room.watched.value = stream.id;
    });
    if (from) seekOnce(video.current, from);
    if (!isLive) made.play(true);
    else if (room.watched.value === stream.id) made.play(false);
    return () => {
      end();
      if (isLive) room.plays(made, false);
      made.dispose();
      setPlayer(null);
    };
  }, [source.url, source.kind]);
  const full = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void box.current?.requestFullscreen?.().catch(() => undefined);
  };
  useEffect(() => {
    if (!player) return;
    keys.current = { press: (key) => pressed(player, key, full) };
    return () => {
      keys.current = null;
    };
  }, [player]);
  return (
    <>
      {player && <Trouble {...{ room, player, by: stream.by, source }} />}
      <div ref={box} class="full">
        {/* biome-ignore lint/a11y/useSemanticElements: a part of the view, which is one itself */}
        <div class="pl" role="region" aria-label={words.picture}>
          {/* biome-ignore lint/a11y/useMediaCaption: they come with the stream, if it has any */}
          <video ref={video} class="vid" playsInline={true} />
          <canvas ref={still} class="vid still" hidden={true} />
          {player && <Over {...{ player, still, projected }} />}
          {player && isLive && !projected && <Card {...{ room, player }} />}
        </div>
        {player && !projected && (
          <Bar {...{ room, player, floats, isLive, box }} onFull={full}>
            {children}
          </Bar>
        )}
      </div>
    </>
  );
});

function seekOnce(video: HTMLVideoElement, seconds: number): void {
  const seek = (): void => {
    video.currentTime = seconds;
  };
  video.addEventListener("loadedmetadata", seek, { once: true });
}

/** The sentence about a picture that has stopped or never came; what is not the person's own fault. */
const Trouble = withHooks(function Trouble(
  { player, by, source }: { room: Room; player: Player; by: string; source: Source },
  { words }: Context,
): VNode {
  const { phase, fault } = useSignal(player.status);
  const isOff = phase === "interrupted";
  const why = phase === "stopped" || isOff ? fault : null;
  return (
    <div role="status" class="trouble">
      {why && (
        <Sentence
          fault={why}
          source={source}
          said={isOff ? words.stopped(by) : words.faults[why]}
          onAgain={isOff || why === "press" ? undefined : () => player.play(true)}
        />
      )}
    </div>
  );
});

interface SentenceProps {
  fault: Fault;
  source: Source;
  said: readonly [string, string];
  onAgain: (() => void) | undefined;
}

const Sentence = withHooks(function Sentence(
  { fault, source, said: [lead, rest], onAgain }: SentenceProps,
  { words }: Context,
): VNode {
  const leads = fault === "forbidden" || fault === "insecure" || fault === "codec";
  return (
    <div class={fault === "refused" ? "banner stop" : "banner"}>
      <Icon name={fault === "refused" ? "lock" : "screen"} />
      <p>
        <b>
          <bdi>{lead}</bdi>
        </b>{" "}
        {rest}{" "}
        {leads && webAddress(source.url) && (
          <a href={source.url} target="_blank" rel="noopener noreferrer">
            {words.faultLink}
          </a>
        )}
      </p>
      {onAgain && <Button onClick={onAgain}>{words.again}</Button>}
    </div>
  );
});

interface OverProps {
  player: Player;
  still: { current: HTMLCanvasElement | null };
  projected: boolean;
}

/** What lies over the picture: the button that starts it, the last picture, the pill for the sound. */
const Over = withHooks(function Over(
  { player, still, projected }: OverProps,
  { words }: Context,
): VNode {
  const { phase, silenced, fault } = useSignal(player.status);
  useEffect(() => {
    if (still.current) still.current.hidden = phase !== "interrupted" && phase !== "stopped";
  }, [phase]);
  const isWaiting = phase === "idle" || (phase === "stopped" && fault === "press");
  return (
    <>
      {isWaiting && (
        <div class="cen">
          <Button look="big fill" onClick={() => player.play(true)}>
            <Icon name="play" />
            {words.watch}
          </Button>
        </div>
      )}
      {phase === "starting" && (
        <div class="cen" role="status">
          <span class="mut ring">
            <Ring /> {words.starting}
          </span>
        </div>
      )}
      {phase === "playing" && silenced && !projected && (
        <Button look="newpill" onClick={() => player.mute(false)}>
          <Icon name="mute" />
          {words.soundOff}
        </Button>
      )}
    </>
  );
});

/** The player of another page, loaded once somebody wants to see it. Whether it plays nobody tells. */
const Embedded = withHooks(function Embedded(
  { room, stream, source, from, children }: Props,
  { words }: Context,
): VNode {
  const isLive = from === undefined;
  const [wanted, want] = useState(!isLive || room.watched.value === stream.id);
  const fault = useMemo(() => faultOf(source, location.protocol), [source.url]);
  const host = webAddress(source.url)?.hostname ?? "";
  if (fault) {
    return (
      <Sentence fault={fault} source={source} said={words.faults[fault]} onAgain={undefined} />
    );
  }
  return (
    <>
      <div class="pl">
        {wanted ? (
          <iframe
            class="vid"
            title={words.embedded(host)}
            src={from ? `${source.url}?start=${Math.round(from)}` : source.url}
            sandbox="allow-scripts allow-same-origin allow-presentation allow-popups"
            allow="autoplay; fullscreen; picture-in-picture; encrypted-media"
            referrerpolicy="strict-origin-when-cross-origin"
          />
        ) : (
          <div class="cen">
            <Button
              look="big fill"
              onClick={() => {
                want(true);
                room.watched.value = stream.id;
              }}
            >
              <Icon name="play" />
              {words.watch}
            </Button>
            <span class="mut">{words.embedHint(host)}</span>
          </div>
        )}
      </div>
      {children && <div class="sc">{children}</div>}
    </>
  );
});
