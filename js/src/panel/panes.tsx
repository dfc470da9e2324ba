import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useSignal, withHooks } from "../core/hooks";
import { canLead, LEAD, lead, offer, offered } from "../core/navigation";
import { inTabs, wordsOfPart } from "./documents";
import { keepTo } from "./fit";
import type { Room } from "./room";
import type { Context } from "./words";

interface PanesProps {
  room: Room;
  /** Which tab is in sight. */
  face: string | null;
  projected: boolean;
  /** The height of what is in a tab, in pixels. */
  height: number;
  onShow: (tab: string) => void;
}

/** What is in the tabs: made when it is first looked at, and kept. */
export const Panes = withHooks(function Panes(
  { room, face, projected, height, onShow }: PanesProps,
  { words }: Context,
): VNode {
  const parts = inTabs(useSignal(room.parts));
  const scope = useSignal(room.connection.scope);
  const visited = useMemo(() => new Set<string>(), []);
  if (face) visited.add(face);
  return (
    <div class="panes">
      {parts.map((part) => {
        const { name: tab, model, atOnce } = part;
        const label = projected
          ? { "aria-label": wordsOfPart(part, words.lang).tab }
          : { "aria-labelledby": `tab-${tab}` };
        return (
          <div key={tab} id={`pane-${tab}`} role="tabpanel" {...label} hidden={tab !== face}>
            {atOnce || visited.has(tab) ? (
              <Content
                key={model}
                room={room}
                tab={tab}
                reference={model}
                height={projected ? 0 : height}
                onShow={onShow}
              />
            ) : (
              <Offer scope={scope} tab={tab} onShow={onShow} />
            )}
          </div>
        );
      })}
      {projected && !face && <p class="hushed">{words.hushed}</p>}
    </div>
  );
});

interface ContentProps {
  room: Room;
  tab: string;
  reference: string;
  /** The height to keep to, in pixels; 0 if any will do. */
  height: number;
  onShow: (tab: string) => void;
}

/** One of the lesson's widgets, without what the panel has for all of them. */
const Content = withHooks(function Content(
  { room, tab, reference, height, onShow }: ContentProps,
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
  useEffect(() => (height && place.current ? keepTo(place.current, height) : undefined), [height]);
  return <div class="content" ref={place} data-in-panel="" />;
});

interface OfferProps {
  scope: string;
  tab: string;
  onShow: (tab: string) => void;
}

/** Where what a tab will show can be led to before it was ever looked at. */
const Offer = withHooks(function Offer({ scope, tab, onShow }: OfferProps): null {
  const held = useMemo(() => ({ onShow }), []);
  held.onShow = onShow;
  useEffect(
    () =>
      offer(scope, tab, null, (target) => {
        held.onShow(tab);
        const end = offered.subscribe(() => {
          if (!canLead(scope, tab)) return;
          end();
          lead(scope, tab, target);
        });
      }),
    [scope],
  );
  return null;
});
