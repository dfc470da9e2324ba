import type { VNode } from "preact";
import { useSignal, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import { counted, newsOf, type Part, wordsOfPart } from "./documents";
import { Sign } from "./icons";
import type { Room } from "./room";
import type { Context } from "./words";

interface Props {
  room: Room;
  onShow: (tab: string) => void;
  onProject: () => void;
}

/** The instructor's: the figures and the switches of all parts, and the projector. */
export const Strip = withHooks(function Strip(
  { room, onShow, onProject }: Props,
  { words }: Context,
): VNode | null {
  const told = useSignal(room.state);
  const parts = useSignal(room.parts);
  const { state } = useSignal(room.connection.lesson);
  if (!told.desk || hasEnded(state)) return null;
  const { lang } = words;
  const number = new Intl.NumberFormat(lang);
  const figure = (part: Part, name: string, icon: string): VNode => {
    const n = newsOf(told, part).figures[name] ?? 0;
    const { figures, show } = wordsOfPart(part, lang);
    const inside = (
      <>
        <Sign icon={icon} />
        <b class="n">{number.format(n)}</b>
        <span class="w">{counted(figures[name] ?? name, n, lang)}</span>
      </>
    );
    return part.model && name === part.leads ? (
      <button key={name} type="button" class="ct leads" onClick={() => onShow(part.name)}>
        {inside}
        <span class="sr"> {show}</span>
      </button>
    ) : (
      <span key={name} class={`ct ${part.tones[name] ?? ""}`}>
        {inside}
      </span>
    );
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
    <div class="desk" role="group" aria-label={words.instructor}>
      <div class="figs">
        {parts.flatMap((part) =>
          Object.entries(part.figures).map(([name, icon]) => figure(part, name, icon)),
        )}
      </div>
      {parts.flatMap((part) =>
        Object.entries(part.switches).map(([name, icon]) => (
          <Switch
            key={name}
            icon={icon}
            label={wordsOfPart(part, lang).switches[name] ?? name}
            on={newsOf(told, part).switches[name] ?? false}
            onTurn={(on) => room.turn(name, on)}
          />
        )),
      )}
      <Switch icon="screen" label={words.projector} on={false} onTurn={onProject} name="project" />
    </div>
  );
});

interface SwitchProps {
  icon: string;
  label: string;
  on: boolean;
  onTurn: (on: boolean) => void;
  name?: string;
}

const Switch = ({ icon, label, on, onTurn, name = "" }: SwitchProps): VNode => (
  <button
    type="button"
    class={`ib ${name}`}
    role="switch"
    aria-checked={on}
    aria-label={label}
    title={label}
    onClick={() => onTurn(!on)}
  >
    <Sign icon={icon} />
  </button>
);
