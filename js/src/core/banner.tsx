import type { VNode } from "preact";
import type { Kernel } from "./connection";
import { useCountdown, withHooks } from "./hooks";
import type { Context } from "./i18n";
import { Icon, type IconName } from "./icons";
import type { Catalog, Notice } from "./locale/catalog";
import type { Lesson } from "./messages";

/** Refusals that mean *not you, not here*: unauthorized, forbidden, no such channel, invites, full. */
const FORBIDDEN: readonly (number | null)[] = [4500, 4501, 4506, 4507, 4508, 4509];

export const isForbidden = (lesson: Lesson): boolean =>
  lesson.state === "stopped" && FORBIDDEN.includes(lesson.code);

interface Shown {
  notice: Notice;
  icon: IconName;
  stop?: boolean;
  retry?: boolean;
}

function stopped(lesson: Lesson, kernel: Kernel, words: Catalog): Shown | null {
  if (kernel === "gone") return { notice: words.onGone, icon: "alert", stop: true };
  if (lesson.state === "closed") return { notice: words.onClosed, icon: "alert" };
  if (lesson.state !== "stopped") return null;
  const notice = isForbidden(lesson)
    ? words.onForbidden(lesson.course, lesson.reason)
    : words.onStopped(lesson.reason);
  return { notice, icon: isForbidden(lesson) ? "lock" : "alert", stop: true };
}

/** One at a time: stopped, then offline or reconnecting, then a busy kernel. */
function choose(
  lesson: Lesson,
  kernel: Kernel,
  seconds: number | null,
  words: Catalog,
): Shown | null {
  const stop = stopped(lesson, kernel, words);
  if (stop) return stop;
  if (lesson.state === "offline") {
    return { notice: words.onOffline(lesson.queued, seconds), icon: "off", retry: true };
  }
  if (lesson.state === "reconnecting") {
    return { notice: words.onReconnecting(lesson.queued), icon: "off" };
  }
  return kernel === "busy" ? { notice: words.onBusy, icon: "clock" } : null;
}

interface Props {
  lesson: Lesson;
  kernel: Kernel;
  onRetry: () => void;
}

export const Banner = withHooks(function Banner(
  { lesson, kernel, onRetry }: Props,
  { words }: Context,
): VNode {
  const seconds = useCountdown(lesson.state === "offline" ? lesson.nextTry : null);
  const shown = choose(lesson, kernel, seconds, words);
  // The status element stays, so that readers hear what comes into it.
  return (
    <div role="status" class="banners">
      {shown && (
        <div class={shown.stop ? "banner stop" : "banner"}>
          <Icon name={shown.icon} />
          <p class="n">
            <b>{shown.notice.lead}</b> {shown.notice.rest}
            {shown.notice.next && <span aria-live="off"> {shown.notice.next}</span>}
          </p>
          {shown.retry && (
            <button type="button" class="btn" onClick={onRetry}>
              {words.retryNow}
            </button>
          )}
        </div>
      )}
    </div>
  );
});
