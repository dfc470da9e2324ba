import type { VNode } from "preact";
import { Button } from "../core/button";
import { AskingButton } from "../core/confirm";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Stage } from "./documents";
import type { Publisher } from "./publisher";
import { emptyForm, type Form, type Room } from "./room";
import { type Context, Icon } from "./words";

interface Props {
  room: Room;
  stage: Stage;
}

/** What an instructor has: to start and stop the stream, and to publish from this page. */
export const Desk = withHooks(function Desk({ room, stage }: Props, { words }: Context): VNode {
  const { stream } = stage;
  const runs = stream !== null && stream.state !== "ended";
  const [isNew, setNew] = useState(false);
  const isOpen = !runs && (stream === null || isNew);
  return (
    <div class="desk">
      {isOpen && <StartForm room={room} onDone={() => setNew(false)} />}
      {stream?.state === "ended" && !isOpen && (
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            room.stop();
          }}
        >
          <Field room={room} name="recording" label={words.recordingAddress} type="url" />
          <Button look="big outlined" type="submit">
            {words.keepRecording}
          </Button>
          <Button look="big quiet" onClick={() => setNew(true)}>
            {words.newStream}
          </Button>
        </form>
      )}
      {runs && (
        <div class="row">
          <span class="grow" />
          <AskingButton
            label={words.stop}
            question={words.askStop}
            yes={words.stop}
            onYes={() => room.stop()}
          />
        </div>
      )}
      <Publish room={room} />
    </div>
  );
});

const StartForm = withHooks(function StartForm(
  { room, onDone }: { room: Room; onDone: () => void },
  { words }: Context,
): VNode {
  const { minutes } = useSignal(room.form);
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        room.start();
        onDone();
      }}
    >
      <Field room={room} name="url" label={words.address} hint={words.addressHint} type="url" />
      <Field room={room} name="title" label={words.title} most={120} />
      <Field
        room={room}
        name="minutes"
        label={words.minutes}
        hint={words.minutesHint}
        type="number"
      />
      <div class="row">
        <Button look="big fill" type="submit">
          {Number(minutes) > 0 ? words.announce : words.start}
        </Button>
      </div>
    </form>
  );
});

interface FieldProps {
  room: Room;
  name: keyof Form;
  label: string;
  hint?: string;
  type?: "text" | "url" | "number";
  most?: number;
}

const Field = withHooks(function Field({
  room,
  name,
  label,
  hint,
  type = "text",
  most = 2_000,
}: FieldProps): VNode {
  const form = useSignal(room.form);
  return (
    <label class="field">
      <span>{label}</span>
      <input
        value={form[name] ?? emptyForm[name]}
        required={name === "url"}
        placeholder={hint}
        maxLength={most}
        {...({ type, ...(type === "number" && { min: 0, max: 10_000 }) } as object)}
        onInput={({ currentTarget }) => room.write({ [name]: currentTarget.value })}
      />
    </label>
  );
});

/** The instructor's own camera or screen, by WHIP. */
const Publish = withHooks(function Publish({ room }: { room: Room }, { words }: Context): VNode {
  const { publisher } = room;
  const { phase, fault, picture } = useSignal(publisher.status);
  const token = useRef<HTMLInputElement>();
  const said = fault && phase !== "interrupted" ? words.faults[fault] : null;
  const canScreen = useMemo(() => "getDisplayMedia" in (navigator.mediaDevices ?? {}), []);
  return (
    <details class="publish" open={phase !== "off"}>
      <summary>{words.publish}</summary>
      <p class="mut">{words.publishHint}</p>
      {(phase === "off" || phase === "asking") && (
        <div class="row">
          <Button
            look="big outlined"
            off={phase === "asking"}
            onClick={() => void publisher.choose("camera")}
          >
            <Icon name="camera" />
            {words.camera}
          </Button>
          {canScreen && (
            <Button
              look="big outlined"
              off={phase === "asking"}
              onClick={() => void publisher.choose("screen")}
            >
              <Icon name="screen" />
              {words.screen}
            </Button>
          )}
        </div>
      )}
      {picture && <Preview picture={picture} publisher={publisher} />}
      {phase === "ready" && (
        <form
          class="fields"
          onSubmit={(event) => {
            event.preventDefault();
            publisher.start(room.form.value.whip, token.current?.value ?? "");
          }}
        >
          <Field room={room} name="whip" label={words.whip} type="url" />
          <label class="field">
            <span>{words.token}</span>
            <input ref={token} type="password" autocomplete="off" />
          </label>
          <div class="row">
            <Button look="big fill" type="submit">
              {words.goOn}
            </Button>
            <Button look="big quiet" onClick={() => publisher.stop()}>
              {words.cancel}
            </Button>
          </div>
        </form>
      )}
      {["starting", "live", "interrupted"].includes(phase) && (
        <div class="row">
          <Button look="big outlined" onClick={() => publisher.stop()}>
            {words.publishStop}
          </Button>
        </div>
      )}
      <p role="status" class="why">
        {said && (
          <>
            <Icon name="alert" />
            <span>{said.join(" ")}</span>
          </>
        )}
      </p>
    </details>
  );
});

interface PreviewProps {
  picture: MediaStream;
  publisher: Publisher;
}

/** One's own picture, and whether the class can see it. */
const Preview = withHooks(function Preview(
  { picture, publisher }: PreviewProps,
  { words }: Context,
): VNode {
  const { phase } = useSignal(publisher.status);
  const video = useRef<HTMLVideoElement>();
  useEffect(() => {
    if (video.current) video.current.srcObject = picture;
  }, [picture]);
  const isLive = phase === "live";
  const said = {
    ...{ live: words.publishing, ready: words.preview, starting: words.publishStarting },
    interrupted: words.reconnecting,
  }[phase as "live" | "ready" | "starting" | "interrupted"];
  return (
    <div class={isLive ? "preview onair" : "preview"}>
      <video ref={video} autoplay={true} muted={true} playsInline={true} />
      <p role="status">
        {isLive && (
          <span class="lv">
            <i />
            {words.onAir}
          </span>
        )}
        <span>{said}</span>
      </p>
    </div>
  );
});
