// What the notebook around us lets us do. JupyterLab and Notebook show themselves to the page
// only if their server says so (`expose_app_in_browser`); elsewhere there is nothing to ask.

interface Cell {
  model?: { type?: string; sharedModel?: { setSource?(source: string): void } };
}

interface Jupyter {
  commands?: {
    hasCommand?(id: string): boolean;
    isEnabled?(id: string): boolean;
    execute(id: string): Promise<unknown>;
  };
  shell?: { currentWidget?: { content?: { activeCell?: Cell | null } } | null };
}

const INSERT = "notebook:insert-cell-below";
const RUN = "notebook:run-cell";

const jupyter = (): Jupyter | undefined => (globalThis as { jupyterapp?: Jupyter }).jupyterapp;

const activeCell = (app: Jupyter): Cell | null | undefined =>
  app.shell?.currentWidget?.content?.activeCell;

/** Whether a cell can be inserted into the notebook that is open. */
export function canInsertCell(): boolean {
  const app = jupyter();
  return app?.commands?.hasCommand?.(INSERT) === true && activeCell(app)?.model !== undefined;
}

/** Put `source` into a new code cell under the active one, and `run` it; says whether that worked. */
export async function insertCell(source: string, { run = false } = {}): Promise<boolean> {
  const app = jupyter();
  if (!app?.commands?.hasCommand?.(INSERT)) return false;
  const before = activeCell(app);
  try {
    await app.commands.execute(INSERT);
  } catch {
    return false;
  }
  const { model } = activeCell(app) ?? {};
  // Only ever into a cell that was not there before.
  if (!model?.sharedModel?.setSource || model === before?.model) return false;
  model.sharedModel.setSource(source.replace(/\n$/, ""));
  if (run) app.commands.execute(RUN).catch(() => undefined);
  return true;
}
