// What every widget's file gives to its loader: one hold on a model, however many views show it.

import { type ComponentType, render as mount, type VNode } from "preact";
import { Connection } from "./connection";
import { ErrorBoundary } from "./error_boundary";
import { useSignal, withHooks } from "./hooks";
import { catalogs, chosenLanguage, hostLanguage, type Language, languageFor } from "./i18n";
import { type Model, type Options, readOptions } from "./model";
import { openStage } from "./shadow";
import { Signal } from "./signal";

/** The state a page holds for one model, shared by its views. */
export interface Holding {
  connection: Connection;
  dispose(): void;
}

interface Held<R> {
  /** Another one for another person. */
  room: Signal<R>;
  options: Signal<Options>;
  dispose(): void;
}

/** What the file of a widget exports: a widget as anywidget takes it. */
export interface Feature {
  initialize(context: { model: Model }): () => void;
  render(context: { model: Model; el: HTMLElement }): () => void;
}

/** The props of a view: the state it shows, and the options set in Python. */
export interface ViewProps<R> {
  room: R;
  options: Signal<Options>;
}

/** A widget: `open` makes what its views share, `View` shows it, in `styles`. */
export function feature<R extends Holding>(
  open: (connection: Connection, model: Model) => R,
  View: ComponentType<ViewProps<R>>,
  styles: readonly string[],
): Feature {
  /** By their model's own id: a panel shows what its part has opened. */
  const rooms = new Map<unknown, Held<R>>();

  function hold(model: Model): Held<R> {
    const read = (): Options => {
      const told = readOptions(model);
      return { ...told, lang: languageFor(told.lang) };
    };
    const options = new Signal(read());
    const lang = (): Language => languageFor(options.value.lang);
    const start = (): R => open(new Connection(model, lang, restart), model);
    const restart = (): void => {
      held.room.value.dispose();
      held.room.value = start();
      held.room.value.connection.show();
    };
    const room = new Signal<R>(start());
    const held: Held<R> = { room, options, dispose };
    const key = model.get("_instance");
    rooms.set(key, held);

    const again = (): void => {
      options.value = read();
    };
    const ends = [chosenLanguage.subscribe(again), hostLanguage.subscribe(again)];
    model.on("change:options", again);

    function dispose(): void {
      model.off("change:options", again);
      for (const end of ends) end();
      if (rooms.get(key) === held) rooms.delete(key);
      room.value.dispose();
    }
    return held;
  }

  /** The view, or a sentence in its place. */
  const Shown = withHooks(({ options, ...held }: Pick<Held<R>, "room" | "options">): VNode => {
    const room = useSignal(held.room);
    const words = catalogs[languageFor(useSignal(options).lang)];
    const frame = (): VNode => <section class="edu unshown">{words.viewNotShown}</section>;
    return (
      <ErrorBoundary of={room} frame={frame}>
        <View key={room.connection.page} room={room} options={options} />
      </ErrorBoundary>
    );
  });

  return {
    initialize: ({ model }) => hold(model).dispose,
    render({ model, el }) {
      const known = rooms.get(model.get("_instance"));
      const held = known ?? hold(model);
      held.room.value.connection.show();
      const stage = openStage(el, styles);
      const place = document.createElement("div");
      stage.root.append(place);
      mount(<Shown {...held} />, place);
      return () => {
        mount(null, place);
        stage.dispose();
        if (!known) held.dispose();
      };
    },
  };
}
