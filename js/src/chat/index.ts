import { h, render as mount } from "preact";
import { Connection } from "../core/connection";
import core from "../core/core.css?inline";
import float from "../core/float.css?inline";
import { type Model, type Options, readOptions } from "../core/model";
import { openStage } from "../core/shadow";
import { Signal } from "../core/signal";
import composer from "./composer.css?inline";
import log from "./log.css?inline";
import message from "./message.css?inline";
import picker from "./picker.css?inline";
import pins from "./pins.css?inline";
import questions from "./questions.css?inline";
import reactions from "./reactions.css?inline";
import { Room } from "./room";
import search from "./search.css?inline";
import tools from "./tools.css?inline";
import { ChatView } from "./view";
import view from "./view.css?inline";
import { wordsOf } from "./words";

interface Held {
  room: Room;
  options: Signal<Options>;
  dispose(): void;
}

/** Rooms by their model's `options`, the one thing its proxies have in common (core/model.ts). */
const rooms = new Map<unknown, Held>();

function hold(model: Model): Held {
  const options = new Signal(readOptions(model));
  const connection = new Connection(model, () => wordsOf(options.value.lang).lang);
  const held: Held = { room: new Room(connection), options, dispose };
  let key = model.get("options");
  rooms.set(key, held);

  const onOptions = (): void => {
    if (rooms.get(key) === held) rooms.delete(key);
    key = model.get("options");
    rooms.set(key, held);
    options.value = readOptions(model);
  };
  model.on("change:options", onOptions);

  function dispose(): void {
    model.off("change:options", onOptions);
    if (rooms.get(key) === held) rooms.delete(key);
    held.room.dispose();
  }
  return held;
}

function initialize({ model }: { model: Model }): () => void {
  return hold(model).dispose;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const known = rooms.get(model.get("options"));
  const held = known ?? hold(model);
  held.room.connection.show();
  const stage = openStage(el, [
    core,
    float,
    view,
    log,
    message,
    reactions,
    tools,
    pins,
    picker,
    questions,
    search,
    composer,
  ]);
  const place = document.createElement("div");
  stage.root.append(place);
  mount(h(ChatView, { room: held.room, options: held.options }), place);
  return () => {
    mount(null, place);
    stage.dispose();
    if (!known) held.dispose();
  };
}

export default { initialize, render };
