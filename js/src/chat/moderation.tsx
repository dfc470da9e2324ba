import type { VNode } from "preact";
import { useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import type { MenuGroup } from "../core/menu";
import { isolated } from "../core/text";
import { clockTime, today } from "../core/time";
import { allowAnonymous, allowPictures, mute, slow } from "./actions";
import type { Pane } from "./pane";
import type { Room } from "./room";
import type { Context, Words } from "./words";

/** Seconds between two messages of one person that staff can choose; 0: no slow mode. */
const PACES = [0, 5, 10, 30, 60];

/** The menu of the header, for staff: how fast people may write, and who may not. */
export function useSettings({ room }: Pane, words: Words) {
  useSignal(room.connection.lesson);
  useSignal(room.connection.kernel);
  const { slow: now, noPictures = false } = useSignal(room.state);
  if (!room.can("moderate")) return undefined;
  const groups = (): MenuGroup[] => {
    const paces = PACES.includes(now) ? PACES : [...PACES, now].sort((a, b) => a - b);
    const pace = paces.map((seconds) => ({
      label: seconds === 0 ? words.off : words.every(seconds),
      checked: seconds === now,
      run: () => slow(room, seconds),
    }));
    const pictures = [true, false].map((on) => ({
      label: on ? words.forAll : words.off,
      checked: on !== noPictures,
      run: () => allowPictures(room, on),
    }));
    const anonymous = [true, false].map((on) => ({
      label: on ? words.allowed : words.off,
      checked: on === room.can("anonymous"),
      run: () => allowAnonymous(room, on),
    }));
    const muted = room.mutes.docs.map(({ id, name, until }) => ({
      ...(until > 0 && { note: words.till(clockTime(until, words.lang)) }),
      ...{ label: words.unmute(isolated(name.trim() || words.unnamed)), icon: "voice" as const },
      run: () => mute(room, { user: id, name }, false),
    }));
    return [
      { label: words.slowMode, items: pace },
      ...(room.can("picture") ? [{ label: words.pictures, items: pictures }] : []),
      ...(room.can("ask") ? [{ label: words.anonymousQuestions, items: anonymous }] : []),
      { label: words.mutedPeople, items: muted, none: words.nobodyMuted },
    ];
  };
  return { label: words.settings, groups };
}

/** At the box: how often one may write, while that is slowed down. */
export const SlowLine = withHooks(function SlowLine(
  { room }: { room: Room },
  { words }: Context,
): VNode {
  const { slow: seconds } = useSignal(room.state);
  return (
    <div role="status" class="slow n">
      {seconds > 0 && (
        <>
          <Icon name="clock" />
          {words.slowLine(seconds)}
        </>
      )}
    </div>
  );
});

/** In place of the box: that one may not write, and until when. */
export const MutedLine = withHooks(function MutedLine(
  { until }: { until: number },
  { words }: Context,
): VNode {
  useSignal(today);
  return (
    <p class="readonly n" role="status">
      <Icon name="mute" />
      {until > 0 ? words.mutedUntil(clockTime(until, words.lang)) : words.mutedForever}
    </p>
  );
});
