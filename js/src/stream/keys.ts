import { isModified } from "../core/focus";
import type { Player } from "./player";

/** What the keys of a view do to the picture in it; there while there is one. */
export interface Keys {
  press(key: string): boolean;
}

/** What the keys of the picture act on, once it is there. */
export type KeysOf = { current: Keys | null };

/** Keys of the picture; never where something is typed, and a pressed button is pressed. */
export function onKey(event: KeyboardEvent, keys: KeysOf): void {
  const [at] = event.composedPath();
  if (isModified(event) || !(at instanceof Element)) return;
  if (at.matches("input, textarea, select, summary, [role^=menuitem]")) return;
  if (at.matches("button, a") && (event.key === " " || event.key === "Enter")) return;
  // What lies over the picture has keys of its own.
  if (event.composedPath().some((over) => over instanceof Element && over.matches(".pcard")))
    return;
  if (keys.current?.press(event.key)) event.preventDefault();
}

/** What a key does to the picture; returns whether it did anything. */
export function pressed(player: Player, key: string, full: () => void): boolean {
  const acts: Record<string, () => void> = {
    " ": () => player.toggle(),
    m: () => player.mute(!player.status.value.muted),
    c: () => player.showCaptions(player.status.value.captions !== "on"),
    f: full,
    l: () => player.goLive(),
    arrowleft: () => player.seek(-10),
    arrowright: () => player.seek(10),
  };
  const act = acts[key.toLowerCase()];
  act?.();
  return act !== undefined;
}
