// What the views of lists have in common: what they begin with, their header, their keys.

import type { ComponentChildren, VNode } from "preact";
import { useContext } from "preact/hooks";
import { Around, type ViewAround } from "./around";
import type { Connection } from "./connection";
import type { Holding, ViewProps } from "./feature";
import { Floats } from "./float";
import { HeaderMenu } from "./header_menu";
import { useMemo, useRef, useSignal, withHooks } from "./hooks";
import type { Context } from "./i18n";
import type { Catalog } from "./locale/en";
import type { MenuGroup } from "./menu";
import { type Projected, useProjected } from "./projector";
import { Signal } from "./signal";
import { lightOf, StatusLight } from "./status_light";

/** Of what is never projected. */
const never = new Signal<Projected>(null);

interface Shown extends Holding {
  floats?: Floats;
  projected?: Signal<Projected>;
}

/**
 * What a view begins with: its words, its element, and whether it is what a class is shown; `frame`
 * are the props of its `Frame`. `name` is its class and its kind for the projector; a view that is
 * projected `alone` is not shown as the part of one that is.
 */
export function useView<W extends Catalog>(
  { room, options }: ViewProps<Shown>,
  name: string,
  wordsOf: (lang: string) => W,
  { floats: shared = room.floats, alone = false }: { floats?: Floats; alone?: boolean } = {},
) {
  const { height, lang } = useSignal(options);
  const words = wordsOf(lang);
  const floats = useMemo(() => shared ?? new Floats(), [shared]);
  const view = useRef<HTMLElement>();
  const { connection, projected: projector = never } = room;
  const scope = useSignal(connection.scope);
  const projected = useProjected(projector, view, scope, name, alone);
  const frame = { connection, name, words, height, view, floats, options, projector, projected };
  return { words, floats, view, scope, projected, frame };
}

/** Whether what is said of others is so now. */
export function useLive({ lesson, kernel }: Connection): boolean {
  const { state } = useSignal(lesson);
  return useSignal(kernel) !== "gone" && state === "live";
}

interface HeaderProps {
  /** The heading, where it is not the view's label. */
  title?: string;
  children?: ComponentChildren;
  /** What stands between the light and the menu. */
  tools?: ComponentChildren;
  /** The name of the menu where it has more than the language, and its groups before it. */
  menu?: { label: string; groups: () => readonly MenuGroup[] } | false | undefined;
}

/** The header of the view around: its name, what is its own, the light, and the menu. */
export const Header = withHooks(function Header(
  { title, children, tools, menu }: HeaderProps,
  { words }: Context,
): VNode {
  const { connection, floats, options, label } = useContext(Around) as Required<ViewAround>;
  const [light, word] = lightOf(useSignal(connection.lesson), useSignal(connection.kernel), words);
  return (
    <div class="hd">
      <h3>{title ?? label}</h3>
      {children}
      <StatusLight light={light} word={word} />
      {tools}
      <HeaderMenu {...{ floats, options }} {...menu} />
    </div>
  );
});
