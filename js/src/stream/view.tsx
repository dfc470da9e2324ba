import type { VNode } from "preact";
import { Button } from "../core/button";
import type { ViewProps } from "../core/feature";
import type { Floats } from "../core/float";
import { Empty, Frame, Refusal } from "../core/frame";
import { useCountdown, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import { clockTime } from "../core/time";
import { Header, useView } from "../core/view";
import { Desk } from "./desk";
import type { Stage, Stream } from "./documents";
import { webAddress } from "./faults";
import { type Keys, type KeysOf, onKey } from "./keys";
import { Live } from "./live";
import type { Room } from "./room";
import { type Context, Icon, wordsOf } from "./words";

/** The view of a stream. */
export const StreamView = withHooks(function StreamView(props: ViewProps<Room>): VNode {
  const { room } = props;
  const { words, floats, projected, frame } = useView(props, "stream", wordsOf);
  const keys: KeysOf = useRef<Keys>();
  const stage = useSignal(room.stage);
  const { state, course } = useSignal(room.connection.lesson);
  const filled = useSignal(room.connection.filled);
  const isHere = filled && !hasEnded(state) && stage.offered;
  const { stream } = stage;
  const runs = isHere && stage.can.includes("run") && !projected;
  return (
    <Frame
      {...frame}
      label={words.stream}
      header={
        <Header>
          <bdi class="sub">{stream ? words.titleBy(stream.title, stream.by) : course}</bdi>
          <span class="grow" />
        </Header>
      }
      onKeyDown={(event) => onKey(event, keys)}
    >
      <Refusal text={room.refusal} />
      {isHere && stream?.state === "announced" && <Announced {...{ room, stage, stream }} />}
      {isHere && stream?.state === "live" && (
        <Live
          key={stream.id}
          {...{ room, stream, floats, keys, projected }}
          source={stream.source}
        />
      )}
      {isHere && stream?.state === "ended" && (
        <Ended key={stream.id} {...{ room, stage, stream, floats, keys, projected }} />
      )}
      {!(isHere && stream) && (
        <Empty skeleton={[["80%"], ["60%"]]}>
          <Icon name="stream" />
          <b>{stage.offered ? words.none : words.notOffered}</b>
          {stage.offered && !runs && <p>{words.noneHint}</p>}
        </Empty>
      )}
      {runs && <Desk {...{ room, stage }} />}
    </Frame>
  );
});

interface StageProps {
  room: Room;
  stage: Stage;
  stream: Stream;
}

const Announced = withHooks(function Announced(
  { room, stage, stream }: StageProps,
  { words }: Context,
): VNode {
  const left = useCountdown(stream.starts) ?? 0;
  const { reminded, title, by, starts } = stream;
  return (
    <div class="pl">
      <div class="cen">
        <span class="mut">{words.startsIn}</span>
        <span class="bigf n" role="timer">
          {left > 0 ? words.span(left) : words.soon}
        </span>
        <p>
          <bdi>
            <b>{title || words.stream}</b>
            {words.withBy(by)}
          </bdi>
        </p>
        {starts !== null && <span class="mut n">{clockTime(starts, words.lang)}</span>}
        {stage.can.includes("remind") && (
          <Button
            look="big outlined"
            aria-pressed={reminded}
            onClick={() => room.remind(!reminded)}
          >
            <Icon name={reminded ? "check" : "bell"} />
            {reminded ? words.reminded : words.remind}
          </Button>
        )}
      </div>
    </div>
  );
});

interface EndedProps extends StageProps {
  floats: Floats;
  keys: KeysOf;
  projected: boolean;
}

/** The recording, and when what was asked. */
const Ended = withHooks(function Ended(
  { room, stage, stream, floats, keys, projected }: EndedProps,
  { words }: Context,
): VNode {
  const [from, setFrom] = useState<number | null>(null);
  const { recording, began, ended } = stream;
  if (recording && from !== null) {
    return (
      <Live {...{ room, stream, floats, keys, projected }} source={recording} from={from}>
        <Button onClick={() => setFrom(null)}>{words.backToEnd}</Button>
      </Live>
    );
  }
  const minutes = began && ended ? Math.max(1, Math.round((ended - began) / 60_000)) : 0;
  const isShown = recording && recording.kind !== "page";
  const chapters = began ? [{ at: began, text: words.chapterStart }, ...stage.chapters] : [];
  return (
    <div class="pl ended">
      <div class="cen">
        <p role="status">
          <b>{words.hasEnded}</b>{" "}
          {minutes > 0 && <span class="mut n">{words.span(60 * minutes)}</span>}
        </p>
        {isShown && (
          <Button look="big fill" onClick={() => setFrom(0)}>
            <Icon name="play" />
            {words.recording}
          </Button>
        )}
        {recording?.kind === "page" && webAddress(recording.url) && (
          <a class="btn big fill" href={recording.url} target="_blank" rel="noopener noreferrer">
            {words.openRecording}
          </a>
        )}
        {chapters.length > 1 && (
          <ul class="chap">
            {chapters.map(({ at, text }, index) => (
              <li key={index}>
                <Button
                  off={!isShown}
                  onClick={() => setFrom(Math.max(0, (at - (began ?? at)) / 1_000))}
                >
                  <time class="n">{clockTime(at, words.lang)}</time>
                  <bdi>
                    {index > 0 && <Icon name="poll" />} {text}
                  </bdi>
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
});
