// Pictures: one in its place, which opens large, and the row of those that go with a message.

import type { VNode } from "preact";
import type { ViewAround } from "../core/around";
import { Button, IconButton } from "../core/button";
import type { Connection } from "../core/connection";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Context as CoreContext } from "../core/i18n";
import { Icon } from "../core/icons";
import type { BlobRef } from "../core/pictures";
import type { Signal } from "../core/signal";
import { lookAt, onBroken, pictureOf, tryAgain } from "./fetch";
import { give, shrink } from "./give";
import css from "./pictures.css?inline";
import { type Words, wordsOf } from "./words";

/** Pictures of one message. */
const MOST = 4;
/** Milliseconds after which the page says that the kernel has not taken a picture yet. */
const LATE = 4_000;

/** A picture on its way into a message: `blob` once the kernel has it, `error` if it has not. */
export interface Attachment {
  id: string;
  alt: string;
  /** Not there in a page that was reloaded. */
  file?: Blob;
  blob?: BlobRef | undefined;
  error?: string;
}

interface Props extends ViewAround {
  part: "picture" | "tray";
  blob: BlobRef;
  alt?: string;
  onOpen?: false;
  reachable?: boolean;
  attached: Signal<readonly Attachment[]>;
}

/** Whether an element is in sight, or near it. */
function useSight(place: { current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver(
      (seen) => setNear(seen.at(-1)?.isIntersecting ?? false),
      { rootMargin: "300px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return near;
}

/** A picture as far as it is here, and the element by which one knows that it is looked at. */
function useLook(connection: Connection, blob: BlobRef) {
  const place = useRef<HTMLDivElement>();
  const near = useSight(place);
  // Anew when it comes near: what is out of sight may have been forgotten.
  const picture = useMemo(() => pictureOf(connection, blob), [connection, blob.hash, near]);
  useEffect(() => (near ? lookAt(connection, picture) : undefined), [near, picture]);
  return { place, picture, ...useSignal(picture.state) };
}

const Shown = withHooks(function Shown(
  { connection, blob, alt, onOpen, reachable = true }: Props,
  { words: { lang } }: CoreContext,
): VNode {
  const words = wordsOf(lang);
  const { place, picture, url, failed } = useLook(connection, blob);
  const dialog = useRef<HTMLDialogElement>();
  const [large, setLarge] = useState(false);
  useEffect(() => {
    if (large) dialog.current?.showModal();
  }, [large]);
  const { state } = useSignal(connection.lesson);
  const hasFailed = failed !== null;
  const coming = state === "live" ? words.loading : words.offline;
  const said = alt ?? blob.alt ?? "";
  const name = said || words.picture;
  // Closed by itself, it gives the focus back.
  const close = (): void => dialog.current?.close();
  const image = (look: string): VNode => (
    <img class={look} src={url} alt={name} draggable={false} onError={() => onBroken(picture)} />
  );
  return (
    <div ref={place} class="picbox">
      {url ? (
        onOpen === false ? (
          image("")
        ) : (
          <button
            type="button"
            tabIndex={reachable ? 0 : -1}
            aria-label={words.open(said)}
            aria-haspopup="dialog"
            onClick={() => setLarge(true)}
          >
            {image("")}
          </button>
        )
      ) : (
        <span class="picwait" role={hasFailed ? "alert" : "status"}>
          <Icon name={hasFailed ? "alert" : "picture"} />
          <span>{hasFailed ? failed || words.failed : coming}</span>
          {hasFailed && (
            <Button onClick={() => tryAgain(connection, picture)}>{words.again}</Button>
          )}
        </span>
      )}
      {large && (
        <dialog
          ref={dialog}
          class="piclarge"
          aria-label={name}
          onClose={() => setLarge(false)}
          onClick={({ target, currentTarget }) => target === currentTarget && close()}
          onKeyDown={(event) => event.stopPropagation()}
        >
          <IconButton icon="close" label={words.close} onClick={close} />
          {url && image("large")}
          {said && <p dir="auto">{said}</p>}
        </dialog>
      )}
    </div>
  );
});

const Tray = withHooks(function Tray(
  { connection, attached }: Props,
  { words: { lang } }: CoreContext,
): VNode | null {
  const words = wordsOf(lang);
  const all = useSignal(attached);
  const [leftOut, setLeftOut] = useState(0);
  useEffect(() => {
    if (all.length > MOST) attached.value = all.slice(0, MOST);
    setLeftOut((before) =>
      all.length > MOST ? all.length - MOST : all.length < MOST ? 0 : before,
    );
    for (const one of all.slice(0, MOST)) void prepare(connection, attached, one, words);
  }, [all]);
  if (all.length === 0) return null;
  return (
    <ul class="tray">
      {leftOut > 0 && (
        <li class="bad">
          <Icon name="alert" />
          <span role="alert">{words.leftOut(MOST, leftOut)}</span>
        </li>
      )}
      {all.map((one) => (
        <Row
          key={one.id}
          connection={connection}
          one={one}
          change={(fields) => change(attached, one.id, fields)}
          onRemove={() => {
            attached.value = attached.value.filter(({ id }) => id !== one.id);
          }}
        />
      ))}
    </ul>
  );
});

interface RowProps {
  connection: Connection;
  one: Attachment;
  change: (fields: Partial<Attachment>) => void;
  onRemove: () => void;
}

const Row = withHooks(function Row(
  { connection, one, change, onRemove }: RowProps,
  { words: { lang } }: CoreContext,
): VNode {
  const words = wordsOf(lang);
  const { file, blob } = one;
  const isWaiting = Boolean(file && !blob && !one.error);
  const isLate = useLate(isWaiting);
  const error = one.error ?? (file || blob ? "" : words.lost);
  return (
    <li class={error ? "bad" : ""}>
      {error && <Icon name="alert" />}
      {!error && file && <Thumbnail file={file} />}
      {!error && !file && blob && <Returned connection={connection} blob={blob} />}
      <div>
        {error ? (
          <span role="alert">{error}</span>
        ) : (
          <input
            type="text"
            maxLength={500}
            aria-label={words.describe}
            placeholder={words.describe}
            value={one.alt}
            onInput={({ currentTarget: { value: alt } }) => change({ alt })}
          />
        )}
        {isWaiting && <span role="status">{isLate ? words.late : words.preparing}</span>}
      </div>
      <IconButton icon="close" label={words.remove} onClick={onRemove} />
    </li>
  );
});

/** Whether something takes longer than one expects. */
function useLate(isWaiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!isWaiting) return;
    const timer = setTimeout(() => setLate(true), LATE);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return late;
}

const change = (
  attached: Signal<readonly Attachment[]>,
  id: string,
  fields: Partial<Attachment>,
): void => {
  attached.value = attached.value.map((one) => (one.id === id ? { ...one, ...fields } : one));
};

/** Those that are being prepared, by whose widget does it. */
const begun = new WeakMap<Connection, Set<string>>();

async function prepare(
  connection: Connection,
  attached: Signal<readonly Attachment[]>,
  { id, file, blob, error }: Attachment,
  words: Words,
): Promise<void> {
  const mine = begun.get(connection) ?? new Set();
  begun.set(connection, mine);
  if (!file || blob || error || mine.has(id)) return;
  mine.add(id);
  try {
    const given = await give(connection, await shrink(file, words));
    if (given) change(attached, id, { blob: given });
  } catch (problem) {
    const known = typeof problem === "string" && problem;
    change(attached, id, { error: known || words.unread });
  }
  mine.delete(id);
}

const Thumbnail = withHooks(function Thumbnail({ file }: { file: Blob }): VNode {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return <div class="thumb">{url && <img src={url} alt="" draggable={false} />}</div>;
});

/** One that the kernel had before the page was reloaded. */
const Returned = withHooks(function Returned({
  connection,
  blob,
}: {
  connection: Connection;
  blob: BlobRef;
}): VNode {
  const { place, url } = useLook(connection, blob);
  return (
    <div ref={place} class="thumb">
      {url ? <img src={url} alt="" draggable={false} /> : <Icon name="picture" />}
    </div>
  );
});

const Pictures = withHooks(function Pictures(props: Props): VNode {
  return (
    <>
      <style>{css}</style>
      {props.part === "tray" ? <Tray {...props} /> : <Shown {...props} />}
    </>
  );
});

export default Pictures;
