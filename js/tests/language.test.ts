import { afterEach, expect, test, vi } from "vitest";
import { chooseLanguage, hostLanguage } from "../src/core/i18n";
import { message } from "./mock";
import { closeAll, settled, stage } from "./stage";

const page = document.documentElement;

afterEach(() => {
  closeAll();
  chooseLanguage("");
  hostLanguage.value = "";
  page.lang = "en";
  document.querySelector("#jupyter-config-data")?.remove();
});

const browser = (...languages: string[]): void => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
};

/** A page of Jupyter's: its language is `en` unless somebody chose another. */
function jupyter(): void {
  const config = document.createElement("script");
  config.type = "application/json";
  config.id = "jupyter-config-data";
  config.textContent = JSON.stringify({ fullSettingsUrl: "/lab/api/settings" });
  document.head.append(config);
  page.lang = "en";
}

async function shown(lang = "") {
  const made = stage({ options: { lang } });
  made.model.snapshot([message(1)]);
  await settled();
  return made;
}

test("follows the browser where Jupyter has no choice of its own", async () => {
  browser("tr-TR", "en");
  const settings = vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json({ settings: {} }));
  jupyter();
  expect((await shown()).text()).toContain("Sohbet");
  expect(settings).toHaveBeenCalledWith(
    "/lab/api/settings/@jupyterlab/translation-extension:plugin",
  );
  // English that somebody has chosen for Jupyter is a choice, and so is any other language.
  const view = await shown();
  hostLanguage.value = "en";
  await settled();
  expect(view.text()).toContain("Chat");
  hostLanguage.value = "";
  browser("en");
  page.lang = "tr-TR";
  expect((await shown()).text()).toContain("Sohbet");
});

test("is switched on the page, for all of its views, and kept in the browser", async () => {
  browser("en");
  const [one, two, fixed] = [await shown(), await shown(), await shown("en")];
  one.find(".language").click();
  await settled();
  const items = () => one.all("[role=menuitemradio]");
  expect(items().map((item) => [item.innerText.trim(), item.ariaChecked])).toEqual([
    ["English", "false"],
    ["Türkçe", "false"],
    ["As the browser", "true"],
  ]);
  items()[1]?.click();
  await settled();
  expect([one.text(), two.text()].map((text) => text.slice(0, 6))).toEqual(["Sohbet", "Sohbet"]);
  expect((await shown()).text()).toContain("Sohbet");
  expect(localStorage.getItem("edu-widgets:language")).toBe('"tr"');
  // What Python says counts for more, and leaves nothing to choose.
  expect(fixed.text()).toContain("Chat");
  expect(fixed.all(".language")).toEqual([]);
  one.find(".language").click();
  await settled();
  items()[2]?.click();
  await settled();
  expect(one.text()).toContain("Chat");
  expect(localStorage.getItem("edu-widgets:language")).toBeNull();
});
