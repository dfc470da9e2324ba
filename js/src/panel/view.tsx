import type { VNode } from "preact";
import { Banner } from "../core/banner";
import { onscreen } from "../core/connection";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Speak } from "../core/i18n";
import { Icon } from "../core/icons";
import { lightOf, StatusLight } from "../core/light";
import type { Options } from "../core/model";
import { canLead, LEAD, lead, offer, offered } from "../core/places";
import type { Signal } from "../core/signal";
import type { Part, Tab } from "./documents";
import { fill } from "./fit";
import type { Room } from "./room";
import { Strip } from "./strip";
import { Tabs } from "./tabs";
import { type Context, type Words, wordsOf } from "./words";

interface Props {
  room: Room;
  options: Signal<Options>;
}

/** What a class may see of a lesson, in the order in which it is preferred. */
const seen: readonly Tab[] = ["polls", "people"];

const has = (parts: readonly Part[], tab: Tab | null | undefined): tab is Tab =>
  parts.some(([name]) => name === tab);

export const PanelView = withHooks(function PanelView({ room, options }: Props): VNode {
  const { height: own, lang } = useSignal(options);
  const words = wordsOf(lang);
  const parts = useSignal(room.parts);
  const projected = useSignal(room.projected);
  const view = useRef<HTMLElement>();
  const [chosen, choose] = useState<Tab | null>(room.last.value ?? room.front.value?.tab ?? null);
  const [height, setHeight] = useState(own);
  const shown = has(parts, chosen) ? chosen : (parts[0]?.[0] ?? null);
  const face = projected ? ([shown, ...seen].find((t) => t && canSee(parts, t)) ?? null) : shown;
  const show = (tab: Tab): void => {
    room.last.value = tab;
    choose(tab);
  };
  const held = useMemo(() => ({ height: own, show }), []);
  held.show = show;
  useEffect(() => {
    held.height = own;
    setHeight(own);
    const onHeight = (next: number): void => {
      held.height = next;
      setHeight(next);
    };
    return view.current ? fill(view.current, () => held.height, onHeight) : undefined;
  }, [own]);
  useEffect(() => {
    const onFront = (): void => {
      const tab = room.front.value?.tab;
      if (tab) held.show(tab);
    };
    return room.front.subscribe(onFront);
  }, [room]);
  const moved = useRef<boolean>();
  const project = (on: boolean): void => {
    moved.current = true;
    room.projected.value = on;
  };
  useEffect(() => {
    // What had the focus is gone; the way to and fro has it.
    const next = projected ? ".exit" : ".desk .project";
    if (moved.current)
      view.current?.querySelector<HTMLElement>(next)?.focus({ preventScroll: true });
    moved.current = false;
    return undefined;
  }, [projected]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!projected || event.key !== "Escape") return;
    event.stopPropagation();
    project(false);
  };
  return (
    <Speak words={words}>
      <section
        ref={view}
        class={projected ? "edu panel proj" : "edu panel"}
        lang={words.lang}
        aria-label={words.panel(room.connection.lesson.value.course)}
        style={{ "--panel-h": `${height}px` }}
        onKeyDownCapture={onKeyDown}
      >
        {!projected && (
          <Head room={room} shown={shown} onShow={show} onProject={() => project(true)} />
        )}
        {projected && <Leave words={words} onLeave={() => project(false)} />}
        <Panes room={room} face={face} projected={projected} onShow={show} />
      </section>
    </Speak>
  );
});

const canSee = (parts: readonly Part[], tab: Tab): boolean => seen.includes(tab) && has(parts, tab);

interface HeadProps {
  room: Room;
  shown: Tab | null;
  onShow: (tab: Tab) => void;
  onProject: () => void;
}

/** Whether the kernel is busy with what any of the lesson's views asked of it. */
function useBusy(room: Room): boolean {
  const connections = useSignal(onscreen);
  const { course } = room.connection.lesson.value;
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const of = connections.filter(({ lesson }) => lesson.value.course === course);
    const look = (): void => setBusy(of.some(({ kernel }) => kernel.value === "busy"));
    look();
    const ends = of.map(({ kernel }) => kernel.subscribe(look));
    return () => {
      for (const end of ends) end();
    };
  }, [connections]);
  return busy;
}

const Head = withHooks(function Head(
  { room, shown, onShow, onProject }: HeadProps,
  { words }: Context,
): VNode {
  const { connection } = room;
  const lesson = useSignal(connection.lesson);
  const own = useSignal(connection.kernel);
  const kernel = useBusy(room) && own === "alive" ? "busy" : own;
  const [light, word] = lightOf(lesson, kernel, words);
  return (
    <>
      <div class="tabs">
        {shown && <Tabs room={room} shown={shown} onShow={onShow} />}
        <StatusLight light={light} word={word} />
      </div>
      <Strip room={room} onShow={onShow} onProject={onProject} />
      <Banner lesson={lesson} kernel={kernel} onRetry={() => room.connectNow()} />
    </>
  );
});

interface PanesProps {
  room: Room;
  /** Which tab is in sight. */
  face: Tab | null;
  projected: boolean;
  onShow: (tab: Tab) => void;
}

/** What is in the tabs: made when it is first looked at, and kept. */
const Panes = withHooks(function Panes(
  { room, face, projected, onShow }: PanesProps,
  { words }: Context,
): VNode {
  const parts = useSignal(room.parts);
  const { course } = useSignal(room.connection.lesson);
  // Notifications from the start: they pop up, unless one looks at them.
  const visited = useMemo(() => new Set<Tab>(["notifications"]), []);
  if (face) visited.add(face);
  return (
    <div class="panes">
      {parts.map(([tab, reference]) => (
        <div
          key={tab}
          id={`pane-${tab}`}
          role="tabpanel"
          {...(projected ? { "aria-label": words.tabs[tab] } : { "aria-labelledby": `tab-${tab}` })}
          hidden={tab !== face}
        >
          {visited.has(tab) ? (
            <Content key={reference} room={room} tab={tab} reference={reference} onShow={onShow} />
          ) : (
            <Offer course={course} tab={tab} onShow={onShow} />
          )}
        </div>
      ))}
      {projected && !face && <p class="hushed">{words.hushed}</p>}
    </div>
  );
});

interface ContentProps {
  room: Room;
  tab: Tab;
  reference: string;
  onShow: (tab: Tab) => void;
}

/** One of the lesson's widgets, without what the panel has for all of them. */
const Content = withHooks(function Content(
  { room, tab, reference, onShow }: ContentProps,
  { words }: Context,
): VNode {
  const place = useRef<HTMLDivElement>();
  const held = useMemo(() => ({ onShow }), []);
  held.onShow = onShow;
  useEffect(() => {
    const el = place.current as HTMLDivElement;
    const onLead = (): void => {
      held.onShow(tab);
      el.scrollIntoView({ block: "nearest" });
    };
    el.addEventListener(LEAD, onLead);
    const end = room.render(reference, el, words.missing);
    return () => {
      el.removeEventListener(LEAD, onLead);
      end();
    };
  }, []);
  return <div class="content" ref={place} data-in-panel="" />;
});

interface OfferProps {
  course: string;
  tab: Tab;
  onShow: (tab: Tab) => void;
}

/** Where what a tab will show can be led to before it was ever looked at. */
const Offer = withHooks(function Offer({ course, tab, onShow }: OfferProps): null {
  const held = useMemo(() => ({ onShow }), []);
  held.onShow = onShow;
  useEffect(
    () =>
      offer(course, tab, null, (target) => {
        held.onShow(tab);
        const end = offered.subscribe(() => {
          if (!canLead(course, tab)) return;
          end();
          lead(course, tab, target);
        });
      }),
    [course],
  );
  return null;
});

/** The way back, for whoever comes to it. */
const Leave = ({ words, onLeave }: { words: Words; onLeave: () => void }): VNode => (
  <button
    type="button"
    class="ib exit"
    aria-label={words.leave}
    title={words.leave}
    onClick={onLeave}
  >
    <Icon name="close" />
  </button>
);
