// Components that come in a file of their own (`extras` in build.mjs), once a view shows them.

import type { ComponentType, VNode } from "preact";
import { useContext } from "preact/hooks";
import { Around, type ViewAround } from "./around";
import type { Connection } from "./connection";
import { useEffect, useSignal, withHooks } from "./hooks";
import { Signal } from "./signal";

/** What the file `name` exports, as a component of a view: nothing until it is there. */
export function late<P extends object>(name: string) {
  const loaded = new Signal<ComponentType<P & ViewAround> | null>(null);
  const load = async (connection: Connection): Promise<void> => {
    loaded.value = (await connection.extra(name)) as ComponentType<P & ViewAround>;
  };
  const Late = withHooks(function Late(props: P): VNode | null {
    const around = useContext(Around);
    const View = useSignal(loaded);
    useEffect(() => {
      if (around) void load(around.connection);
    }, [around?.connection]);
    return View && around && <View {...around} {...props} />;
  });
  /** Before it is shown: `load` has it there when a cell keeps the kernel from answering. */
  return Object.assign(Late, { load });
}
