import type { VNode } from "preact";
import { useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { hasEnded } from "../core/messages";
import { type Figure, figures, type Tab } from "./documents";
import { FigureSign, Sign } from "./icons";
import type { Room } from "./room";
import type { Context } from "./words";

interface Props {
  room: Room;
  onShow: (tab: Tab) => void;
  onProject: () => void;
}

/** The instructor's: how far the class is, and three switches. */
export const Strip = withHooks(function Strip(
  { room, onShow, onProject }: Props,
  { words }: Context,
): VNode | null {
  const { desk, quiet } = useSignal(room.state);
  const parts = useSignal(room.parts);
  const { state } = useSignal(room.connection.lesson);
  if (!desk || hasEnded(state)) return null;
  const number = new Intl.NumberFormat(words.lang);
  const leads = parts.some(([tab]) => tab === "people");
  const inside = (figure: Figure): VNode => (
    <>
      <FigureSign figure={figure} />
      <b class="n">{number.format(desk.counts[figure])}</b>
      <span class="w">{words.figures[figure](desk.counts[figure])}</span>
    </>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
    <div class="desk" role="group" aria-label={words.instructor}>
      <div class="figs">
        {figures.map((figure) =>
          figure === "hands" && leads ? (
            <button key={figure} type="button" class="ct hands" onClick={() => onShow("people")}>
              {inside(figure)}
              <span class="sr"> {words.toPeople}</span>
            </button>
          ) : (
            <span key={figure} class={`ct ${figure}`}>
              {inside(figure)}
            </span>
          ),
        )}
      </div>
      <Switch label={words.hideNames} on={desk.hidden} onTurn={(on) => room.hide(on)}>
        <Sign name="hide" />
      </Switch>
      <Switch label={words.quiet} on={quiet} onTurn={(on) => room.quiet(on)}>
        <Sign name="belloff" />
      </Switch>
      <Switch label={words.projector} on={false} onTurn={onProject} name="project">
        <Icon name="screen" />
      </Switch>
    </div>
  );
});

interface SwitchProps {
  label: string;
  on: boolean;
  onTurn: (on: boolean) => void;
  name?: string;
  children: VNode;
}

const Switch = ({ label, on, onTurn, name = "", children }: SwitchProps): VNode => (
  <button
    type="button"
    class={`ib ${name}`}
    role="switch"
    aria-checked={on}
    aria-label={label}
    title={label}
    onClick={() => onTurn(!on)}
  >
    {children}
  </button>
);
