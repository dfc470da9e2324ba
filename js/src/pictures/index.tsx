// Pictures: one in its place, which opens large, and the row of those that go with a message.

import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import type { ViewAround } from "../core/company";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Context as CoreContext } from "../core/i18n";
import { Icon } from "../core/icons";
import type { BlobRef } from "../core/pictures";
import type { Signal } from "../core/signal";
import { lookAt, onBroken, pictureOf, tryAgain } from "./fetch";
import { give, shrink } from "./give";
import css from "./pictures.css?inline";
import { type Words, wordsOf } from "./words";

/** A picture on its way into a message: `blob` once the kernel has it, `error` if it has not. */
export interface Attachment {
  id: string;
  file: Blob;
  alt: string;
  blob?: BlobRef;
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
      (seen) => setNear(seen.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: "300px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return near;
}

const Shown = withHooks(function Shown(
  { connection, blob, alt, onOpen, reachable = true }: Props,
  { words: { lang } }: CoreContext,
): VNode {
  const words = wordsOf(lang);
  const place = useRef<HTMLDivElement>();
  const dialog = useRef<HTMLDialogElement>();
  const [large, setLarge] = useState(false);
  const picture = useMemo(() => pictureOf(connection, blob), [connection, blob.hash]);
  const near = useSight(place);
  useEffect(() => (near ? lookAt(connection, picture) : undefined), [near, picture]);
  useEffect(() => {
    if (large) dialog.current?.showModal();
  }, [large]);
  const { url, failed } = useSignal(picture.state);
  const { state } = useSignal(connection.lesson);
  const said = alt ?? blob.alt ?? "";
  const name = said || words.picture;
  const image = (look: string): VNode => (
    <img
      class={look}
      src={url}
      alt={name}
      draggable={false}
      onError={() => onBroken(picture, words.failed)}
    />
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
        <span class="picwait" role={failed ? "alert" : "status"}>
          <Icon name={failed ? "alert" : "file"} />
          <span>{failed || (state === "live" ? words.loading : words.offline)}</span>
          {failed && <Button onClick={() => tryAgain(connection, picture)}>{words.again}</Button>}
        </span>
      )}
      {large && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, and the button does
        <dialog
          ref={dialog}
          class="piclarge"
          aria-label={name}
          onClose={() => setLarge(false)}
          onClick={({ target, currentTarget }) => target === currentTarget && setLarge(false)}
        >
          <IconButton icon="close" label={words.close} onClick={() => setLarge(false)} />
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
  useEffect(() => {
    for (const one of all) void prepare(connection, attached, one, words);
  }, [all]);
  if (all.length === 0) return null;
  return (
    <ul class="tray">
      {all.map((one) => (
        <li key={one.id} class={one.error ? "bad" : ""}>
          {one.error ? <Icon name="alert" /> : <Thumbnail file={one.file} />}
          <div>
            {one.error ? (
              <span role="alert">{one.error}</span>
            ) : (
              <input
                type="text"
                maxLength={500}
                aria-label={words.describe}
                placeholder={words.describe}
                value={one.alt}
                onInput={({ currentTarget: { value: alt } }) => change(attached, one.id, { alt })}
              />
            )}
            {!one.blob && !one.error && <span role="status">{words.preparing}</span>}
          </div>
          <IconButton
            icon="close"
            label={words.remove}
            onClick={() => {
              attached.value = attached.value.filter(({ id }) => id !== one.id);
            }}
          />
        </li>
      ))}
    </ul>
  );
});

const change = (
  attached: Signal<readonly Attachment[]>,
  id: string,
  fields: Partial<Attachment>,
): void => {
  attached.value = attached.value.map((one) => (one.id === id ? { ...one, ...fields } : one));
};

/** Those that are being prepared. */
const begun = new Set<string>();

async function prepare(
  connection: ViewAround["connection"],
  attached: Signal<readonly Attachment[]>,
  { id, file, blob, error }: Attachment,
  words: Words,
): Promise<void> {
  if (blob || error || begun.has(id)) return;
  begun.add(id);
  try {
    const given = await give(connection, await shrink(file, words), words);
    change(attached, id, { blob: given });
  } catch (problem) {
    const known = typeof problem === "string" && problem;
    change(attached, id, { error: known || words.unread });
  }
  begun.delete(id);
}

const Thumbnail = withHooks(function Thumbnail({ file }: { file: Blob }): VNode {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url ? <img src={url} alt="" draggable={false} /> : <span />;
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
