// What of the software around us is used here without a promise that it stays: what it is, why,
// what happens where it is missing, and which test says so. What anywidget hands out is told in
// loader.ts. A theme's colours (theme.ts) are JupyterLab's and VS Code's own public variables.
//
// - `jupyterapp`, which JupyterLab and Notebook show the page only if their server says so
//   (`expose_app_in_browser`), with `shell.currentWidget.content.activeCell.model.sharedModel`:
//   there is no other way to put code into a cell. Missing: nothing offers to.
//   (widths.test.ts, around.test.ts, tests/lab/test_code_cell.py)
// - `jupyter-config-data` in the page, and the settings of the translation extension: the page's own
//   `lang` is `en` also where nobody chose it. Missing: the browser's language.
//   (language.test.ts)
// - `api/me` of Jupyter's server, which says who is signed in. Missing: of several people in one
//   notebook one is not told from the other. (who_looks.test.ts, tests/lab/test_viewers_lab.py)
// - `data-lm-suppress-shortcuts` (keyboard.ts), by which Lumino leaves a key alone: it looks at keys
//   before anything in the page can. Missing: what `stopPropagation` holds back is all there is.
//   (keyboard.test.ts, tests/lab/test_keys.py)
// - `.jp-LinkedOutputView`, around an output in a view of its own: its height is the only sign of how
//   much room there is. Missing: a panel is as high as its cell says.
//   (tests/lab/test_panel_lab.py)
// - the events `comm:close` and `comm_live_update` of ipywidgets' models (connection.ts): the only
//   word that a kernel went. Missing: its silence says so 35 s later. (chat.test.ts)

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

/** What JupyterLab puts around an output that has a view of its own. */
export const LINKED_OUTPUT = ".jp-LinkedOutputView";

const TRANSLATION = "@jupyterlab/translation-extension:plugin";

/** What Jupyter's server tells the page; `undefined` where there is no such server. */
export const jupyterConfig = (): string | undefined =>
  document.getElementById("jupyter-config-data")?.textContent ?? undefined;

/** The language that was chosen in Jupyter's settings; empty: none, or it cannot be known. */
export async function chosenInJupyter(config: string): Promise<string> {
  try {
    const { fullSettingsUrl: url } = JSON.parse(config);
    const answer = url && (await fetch(`${url}/${TRANSLATION}`));
    const { settings } = answer?.ok ? await answer.json() : {};
    const { locale } = settings ?? {};
    return typeof locale === "string" && locale !== "default" ? locale : "";
  } catch {
    return "";
  }
}

let asking: Promise<unknown> | undefined;

/**
 * Tell who looks at this page, as Jupyter's server knows them, asked once: their identity; `null` if
 * it did not answer, `undefined` if nobody can be asked.
 */
export function whoLooks(tell: (who: unknown) => void): void {
  if (!jupyterConfig()) {
    tell(undefined);
    return;
  }
  asking ??= askWho().catch(() => null);
  void asking.then(tell);
}

async function askWho(): Promise<unknown> {
  const answer = await fetch(`${JSON.parse(jupyterConfig() ?? "").baseUrl}api/me`);
  return answer.status === 404 ? undefined : (await answer.json()).identity;
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
