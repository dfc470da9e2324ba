import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { useSignal, withHooks } from "../core/hooks";
import type { CountedStatus } from "./documents";
import { Sign } from "./list";
import type { People } from "./people";
import type { Context } from "./words";

/** The statuses in the order in which they are shown. */
const figures: readonly CountedStatus[] = ["done", "stuck", "following", "none", "away"];

/** Counts of the class by status and a bar of them; large where there is no list below. */
export const ClassCounts = withHooks(function ClassCounts(
  { people }: { people: People },
  { words }: Context,
): VNode {
  const { counts, crowd, hidden } = useSignal(people.desk);
  const shown = figures.filter((name) => name !== "none" || counts.none > 0);
  const number = new Intl.NumberFormat(words.lang);
  const said = words.figures(
    shown.map((name) => [name, counts[name]]),
    counts.hands,
  );
  return (
    <div class={hidden ? "strip big whole" : crowd ? "strip big" : "strip"}>
      {shown.map((name) => (
        <span key={name} class={`ct ${name}`}>
          <Sign name={name} />
          <b class="n">{number.format(counts[name])}</b>
          <span>{words.counted[name]}</span>
        </span>
      ))}
      {(hidden || crowd) && (
        <span class="ct">
          <Sign name="hand" />
          <b class="n">{number.format(counts.hands)}</b>
          <span>{words.handsCounted(counts.hands)}</span>
        </span>
      )}
      <span class="mix" aria-hidden="true">
        {shown
          .filter((name) => counts[name] > 0)
          .map((name) => (
            <i key={name} class={name} style={{ flexGrow: counts[name] }} />
          ))}
      </span>
      <Announced text={said} first />
    </div>
  );
});
