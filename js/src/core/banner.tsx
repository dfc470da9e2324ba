import type { VNode } from "preact";
import { Button } from "./button";
import { copyText } from "./clipboard";
import { Company } from "./company";
import type { Kernel } from "./connection";
import { focus } from "./focus";
import { useBrief, useCountdown, useEffect, useMemo, useRef, withHooks } from "./hooks";
import type { Context } from "./i18n";
import { Icon, type IconName } from "./icons";
import { canInsertCell, insertCell } from "./jupyter";
import type { Catalog } from "./locale/en";
import type { Lesson } from "./messages";

/** The code of a removal from the course. */
const REMOVED = 4516;

/** Refusals that mean *not you, not here*: unauthorized, forbidden, no such channel, invites. */
const FORBIDDEN: readonly (number | null)[] = [4500, 4501, 4506, 4507, 4508];

/** Whether one is not let into a lesson. */
export const isForbidden = (lesson: Lesson): boolean =>
  lesson.state === "stopped" && FORBIDDEN.includes(lesson.code);

/** The text of a banner: `lead` in bold, `rest`, and `next`, which changes each second. */
interface Notice {
  lead: string;
  rest: string;
  next?: string;
}

interface Shown {
  notice: Notice;
  icon: IconName;
  stop?: boolean;
  retry?: boolean;
  /** The line of code that remedies it. */
  code?: string;
}

/** The numbers of kept messages and of other kept changes. */
const keptOf = ({ queued, messages }: Lesson): [messages: number, changes: number] => [
  messages,
  Math.max(0, queued - messages),
];

/** The time for which *copied* is shown, in ms. */
const COPIED_FOR = 4_000;

/** After how long of trying, in ms, people may ask for another try. */
const LONG = 8_000;

function stopped(lesson: Lesson, kernel: Kernel, words: Catalog): Shown | null {
  if (kernel === "gone") return { notice: words.onGone, icon: "alert", stop: true };
  if (lesson.state === "closed") return { notice: words.onClosed, icon: "alert" };
  if (lesson.state !== "stopped") return null;
  const removed = lesson.code === REMOVED;
  const forbidden = removed || isForbidden(lesson);
  const { lead, rest } = removed
    ? words.onRemoved(lesson.course)
    : forbidden
      ? words.onForbidden(lesson.course, lesson.reason)
      : words.onStopped(lesson.reason);
  const kept = lesson.queued > 0 ? ` ${words.kept(...keptOf(lesson))}` : "";
  const notice = { lead, rest: rest + kept };
  return { notice, icon: forbidden ? "lock" : "alert", stop: true, retry: true };
}

/** The banner of a lesson that is not connected yet or any more. */
function waiting(
  lesson: Lesson,
  kernel: Kernel,
  seconds: number | null,
  long: boolean,
  words: Catalog,
): Shown | null {
  const { state } = lesson;
  const kept = keptOf(lesson);
  const next = seconds === null ? "" : words.nextTry(seconds);
  if (lesson.restart && state !== "live") {
    return { notice: words.onServiceEnded, icon: "alert", code: lesson.restart };
  }
  const retry = long || seconds !== null;
  if (state === "offline") {
    const notice = { lead: `${words.offline}.`, rest: words.onOffline(...kept), next };
    return { notice, icon: "off", retry: true };
  }
  // Before its first word a kernel is not known to be trying.
  const tries = state === "connecting" && kernel === "alive" && retry;
  if (state !== "reconnecting" && !tries) return null;
  const lead = `${tries ? words.connecting : words.reconnecting}.`;
  const notice = { lead, rest: words.onReconnecting(...kept), next };
  return { notice, icon: "off", retry };
}

interface Props {
  lesson: Lesson;
  kernel: Kernel;
  onRetry: () => void;
}

/** One at a time: stopped, then offline or reconnecting, then a busy kernel, then a rehearsal. */
export const Banner = withHooks(function Banner(
  { lesson, kernel, onRetry }: Props,
  { words }: Context,
): VNode {
  const { state } = lesson;
  const long = useMemo(() => Date.now() + LONG, [state]);
  const tries = state === "reconnecting" || state === "connecting";
  const late = useCountdown(tries ? long : null) === 0;
  const seconds = useCountdown(tries || state === "offline" ? lesson.nextTry : null);
  const shown: Shown | null =
    stopped(lesson, kernel, words) ??
    waiting(lesson, kernel, seconds, late, words) ??
    (kernel === "busy" ? { notice: words.onBusy, icon: "clock" } : null) ??
    (lesson.rehearsal ? { notice: words.onRehearsal, icon: "hidden" } : null);
  // The status element stays, so that readers hear what comes into it.
  return (
    <>
      <div role="status" class="banners" tabIndex={-1}>
        {shown && (
          <div class={`banner${shown.stop ? " stop" : ""}${shown.code ? " long" : ""}`}>
            <Icon name={shown.icon} />
            <p class="n">
              <b>{shown.notice.lead}</b> {shown.notice.rest}
              {shown.code && " "}
              {shown.code && <code dir="ltr">{shown.code}</code>}
              {shown.notice.next && <span aria-live="off"> {shown.notice.next}</span>}
            </p>
            {shown.retry && <RetryNow onRetry={onRetry} />}
            {shown.code && <StartAgain code={shown.code} />}
          </div>
        )}
      </div>
      <Company part="line" />
    </>
  );
});

/** Puts the line that starts the service again into a cell and runs it or, elsewhere, copies it. */
const StartAgain = withHooks(function StartAgain(
  { code }: { code: string },
  { words }: Context,
): VNode {
  const [copied, setCopied] = useBrief(COPIED_FOR);
  const button = useRef<HTMLButtonElement>();
  useKeptFocus(button);
  const onClick = async ({ currentTarget }: { currentTarget: HTMLElement }): Promise<void> => {
    const inserted = canInsertCell() && (await insertCell(code, { run: true }));
    if (!inserted) setCopied(await copyText(code, currentTarget));
  };
  return (
    <Button ref={button} onClick={onClick}>
      {copied ? words.codeCopied : words.startAgain}
    </Button>
  );
});

/** A button that goes once there is a connection: the focus stays in its place. */
function useKeptFocus(button: { current: HTMLElement | null }): void {
  useEffect(() => {
    const banners = button.current?.closest<HTMLElement>(".banners");
    return () => {
      const root = banners?.getRootNode() as ShadowRoot | undefined;
      if (banners?.contains(root?.activeElement ?? null)) focus(banners);
    };
  }, []);
}

/** Rests for a moment once pressed, so that one sees it did something. */
const RetryNow = withHooks(function RetryNow(
  { onRetry }: { onRetry: () => void },
  { words }: Context,
): VNode {
  const [tried, setTried] = useBrief(1_000);
  const button = useRef<HTMLButtonElement>();
  useKeptFocus(button);
  const onClick = (): void => {
    setTried(true);
    onRetry();
  };
  return (
    <Button ref={button} look={tried ? "quiet" : ""} off={tried} onClick={onClick}>
      {words.retryNow}
    </Button>
  );
});
