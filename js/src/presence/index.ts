import { h, render as mount } from "preact";
import { Connection } from "../core/connection";
import core from "../core/core.css?inline";
import { type Model, type Options, readOptions } from "../core/model";
import { openStage } from "../core/shadow";
import { Signal } from "../core/signal";
import hands from "./hands.css?inline";
import list from "./list.css?inline";
import mine from "./mine.css?inline";
import { People } from "./people";
import { PeopleView } from "./view";
import view from "./view.css?inline";
import { wordsOf } from "./words";

interface Held {
  people: People;
  options: Signal<Options>;
  dispose(): void;
}

/** By their model's `options`, the one thing its proxies have in common (core/model.ts). */
const known = new Map<unknown, Held>();

function hold(model: Model): Held {
  const options = new Signal(readOptions(model));
  const connection = new Connection(model, () => wordsOf(options.value.lang).lang);
  const held: Held = { people: new People(connection), options, dispose };
  let key = model.get("options");
  known.set(key, held);

  const onOptions = (): void => {
    if (known.get(key) === held) known.delete(key);
    key = model.get("options");
    known.set(key, held);
    options.value = readOptions(model);
  };
  model.on("change:options", onOptions);

  function dispose(): void {
    model.off("change:options", onOptions);
    if (known.get(key) === held) known.delete(key);
    held.people.dispose();
  }
  return held;
}

function initialize({ model }: { model: Model }): () => void {
  return hold(model).dispose;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const before = known.get(model.get("options"));
  const held = before ?? hold(model);
  held.people.connection.show();
  const stage = openStage(el, [core, view, list, hands, mine]);
  const place = document.createElement("div");
  stage.root.append(place);
  mount(h(PeopleView, { people: held.people, options: held.options }), place);
  return () => {
    mount(null, place);
    stage.dispose();
    if (!before) held.dispose();
  };
}

export default { initialize, render };
