import type { VNode } from "preact";
import { Around } from "../core/around";
import { Banner } from "../core/banner";
import { IconButton } from "../core/button";
import { type Kernel, onscreen } from "../core/connection";
import type { ViewProps } from "../core/feature";
import { FloatLayer, Floats } from "../core/float";
import { focusIn } from "../core/focus";
import { HeaderMenu } from "../core/header_menu";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Speak } from "../core/i18n";
import { Icon } from "../core/icons";
import type { Options } from "../core/model";
import { type Projected, project, useProjected } from "../core/projector";
import type { Signal } from "../core/signal";
import { lightOf, StatusLight } from "../core/status_light";
import { inTabs, type Part } from "./documents";
import { fill } from "./fit";
import { Panes } from "./panes";
import type { Room } from "./room";
import { Strip } from "./strip";
import { Tabs } from "./tabs";
import { type Context, wordsOf } from "./words";

/** The part that is in sight of those that are in tabs: the chosen one, or the first. */
const inSight = (parts: readonly Part[], chosen: string): Part | undefined =>
  parts.find(({ name }) => name === chosen) ?? parts[0];

/** The part that is projected alone, as the chat's questions are. */
const partOf = (
  projected: Projected,
  parts: readonly Part[],
  view: HTMLElement | null,
): Part | undefined =>
  projected instanceof Element
    ? parts.find(({ name }) => view?.querySelector(`#pane-${name}`)?.contains(projected))
    : undefined;

/** The tab that this view was asked for last, and how to ask for one. */
function useTab(room: Room): [string, (tab: string) => void] {
  const [chosen, choose] = useState(room.last.value || (room.front.value?.tab ?? ""));
  const show = (tab: string): void => {
    room.last.value = tab;
    choose(tab);
  };
  useEffect(() => {
    // What was looked at last is known as soon as it is known who looks: after a reload, later.
    room.connection.whenKnown(() => choose((now) => now || room.last.value));
    return room.front.subscribe(() => {
      if (room.front.value) show(room.front.value.tab);
    });
  }, [room]);
  return [chosen, show];
}

/** The height of what is in the tabs: as the options say, or as there is room for. */
function useHeight(view: { current: HTMLElement | null }, own: number): number {
  const [height, set] = useState(own);
  const held = useMemo(() => ({ height: own }), []);
  useEffect(() => {
    const onHeight = (next: number): void => {
      held.height = next;
      set(next);
    };
    onHeight(own);
    return view.current ? fill(view.current, () => held.height, onHeight) : undefined;
  }, [own]);
  return height;
}

export const PanelView = withHooks(function PanelView({ room, options }: ViewProps<Room>): VNode {
  const { height: own, lang } = useSignal(options);
  const words = wordsOf(lang);
  const floats = useMemo(() => new Floats(), []);
  const parts = inTabs(useSignal(room.parts));
  const refusal = useSignal(room.refusal);
  const view = useRef<HTMLElement>();
  const scope = useSignal(room.connection.scope);
  const whole = useProjected(room.projected, view, scope, "panel");
  const alone = partOf(useSignal(room.projected), parts, view.current);
  const projected = whole || alone !== undefined;
  const [chosen, show] = useTab(room);
  const height = useHeight(view, own);
  const shown = inSight(parts, chosen)?.name ?? null;
  const projectable = parts.filter((part) => part.projected);
  const front = alone ?? inSight(projectable, chosen);
  const face = projected ? (front?.name ?? null) : shown;
  // Looked at while what has the focus still stands.
  const held = focusIn(view.current) !== null;
  useEffect(() => {
    // What had the focus is gone; the way to and fro has it.
    const next = projected ? ".leave" : ".desk .project";
    if (held) view.current?.querySelector<HTMLElement>(next)?.focus({ preventScroll: true });
    return undefined;
  }, [projected]);
  const leave = (): void => {
    room.projected.value = null;
  };
  return (
    <Speak words={words}>
      <Around.Provider value={{ connection: room.connection, floats }}>
        <section
          ref={view}
          class={projected ? "edu panel proj" : "edu panel"}
          lang={words.lang}
          aria-label={words.panel(room.connection.lesson.value.course)}
          style={{ "--panel-h": `${height}px` }}
        >
          {!projected && (
            <Head
              room={room}
              shown={shown}
              onShow={show}
              floats={floats}
              options={options}
              onProject={() => view.current && project(room.projected, view.current)}
            />
          )}
          {projected && (
            <IconButton icon="close" class="leave" label={words.leaveProjector} onClick={leave} />
          )}
          <Banner
            lesson={useSignal(room.connection.lesson)}
            kernel={useKernel(room)}
            onRetry={() => room.connection.retry()}
          />
          <div role="alert" class="refusals">
            {refusal && !projected && (
              <p class="refusal">
                <Icon name="alert" />
                <bdi>{refusal}</bdi>
              </p>
            )}
          </div>
          <FloatLayer floats={floats} />
          <Panes room={room} face={face} projected={projected} height={height} onShow={show} />
        </section>
      </Around.Provider>
    </Speak>
  );
});

interface HeadProps {
  room: Room;
  shown: string | null;
  onShow: (tab: string) => void;
  onProject: () => void;
  floats: Floats;
  options: Signal<Options>;
}

/** How the kernel is: busy also with what any other of the lesson's views asked of it. */
function useKernel(room: Room): Kernel {
  const own = useSignal(room.connection.kernel);
  const connections = useSignal(onscreen);
  const scope = useSignal(room.connection.scope);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const of = connections.filter((other) => other.scope.value === scope);
    const look = (): void => setBusy(of.some(({ kernel }) => kernel.value === "busy"));
    look();
    const ends = of.map(({ kernel }) => kernel.subscribe(look));
    return () => {
      for (const end of ends) end();
    };
  }, [connections, scope]);
  return busy && own === "alive" ? "busy" : own;
}

const Head = withHooks(function Head(
  { room, shown, onShow, onProject, floats, options }: HeadProps,
  { words }: Context,
): VNode {
  const { connection } = room;
  const lesson = useSignal(connection.lesson);
  const [light, word] = lightOf(lesson, useSignal(connection.kernel), words);
  return (
    <>
      <div class="tabs">
        {shown && <Tabs room={room} shown={shown} onShow={onShow} />}
        <StatusLight light={light} word={word} />
        <HeaderMenu floats={floats} options={options} />
      </div>
      <Strip room={room} onShow={onShow} onProject={onProject} />
    </>
  );
});
