import type { VNode } from "preact";
import type { Float, Floats } from "./float";
import { findAll, isModified, placeAfter } from "./focus";
import { Icon, type IconName } from "./icons";
import { searchKey } from "./text";

/** An entry of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  /** The key that does the same elsewhere, as people read it. */
  hint?: string;
  /** A small text after the label. */
  note?: string;
  /** One of several, of which one holds. */
  checked?: boolean;
  danger?: boolean;
  run: () => void;
}

/** Entries of a menu that belong together. */
export interface MenuGroup {
  label?: string;
  items: readonly MenuItem[];
  /** The text where there are no items. */
  none?: string;
}

interface Props {
  label: string;
  groups: readonly MenuGroup[];
  floats: Floats;
}

/** Milliseconds between two letters of one word. */
const TYPING = 700;

/** The letters typed so far in the open menu: there is one at most. */
let typed = "";
let typedAt = 0;

/** Open a menu at `float.at`, or close the one that is open there. */
export function openMenu(
  floats: Floats,
  float: Omit<Float, "content">,
  label: string,
  groups: readonly MenuGroup[],
): void {
  typed = "";
  const content = () => <Menu label={label} groups={groups} floats={floats} />;
  floats.toggle({ ...float, content });
}

/** The item that begins with what is typed; with one letter, or the same again, the next one. */
function spelled(items: readonly HTMLElement[], at: number, key: string): HTMLElement | undefined {
  const now = performance.now();
  typed = now - typedAt < TYPING ? typed + key : key;
  typedAt = now;
  const again = [...typed].every((letter) => letter === key);
  const from = again ? at + 1 : at;
  const others = [...items.slice(from), ...items.slice(0, from)];
  const wanted = searchKey(again ? key : typed);
  return others.find((item) => searchKey(item.textContent ?? "").startsWith(wanted));
}

/** The item a key leads to: arrows around, Home, End, or the first letters. */
function next(items: readonly HTMLElement[], event: KeyboardEvent): HTMLElement | undefined {
  const at = items.indexOf(event.target as HTMLElement);
  if ([...event.key].length === 1 && event.key !== " ") return spelled(items, at, event.key);
  typed = "";
  return items[placeAfter(event, at, items.length, { wrap: true }) ?? -1];
}

/** A menu by the book: arrows, Home, End and letters move, Enter and Space choose, Tab leaves. */
const Menu = ({ label, groups, floats }: Props): VNode => {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Tab") floats.close();
    if (isModified(event)) return;
    const menu = event.currentTarget as HTMLElement;
    const items = findAll(menu, "button");
    const found = next(items, event);
    if (!found) return;
    event.preventDefault();
    found.focus();
  };
  const choose = (item: MenuItem): void => {
    floats.close();
    item.run();
  };
  const filled = groups.filter(({ items, none }) => items.length > 0 || none);
  return (
    <div class="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {filled.map((group, place) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of items is no fieldset
        <div key={place} role="group" aria-label={group.label}>
          {group.label && <p aria-hidden="true">{group.label}</p>}
          {group.items.length === 0 && (
            // biome-ignore lint/a11y/useFocusableInteractive: it says something, and does nothing
            <div role="menuitem" aria-disabled="true" class="none">
              {group.none}
            </div>
          )}
          {group.items.map((item, index) => (
            <button
              key={index}
              type="button"
              class={item.danger ? "item bad" : "item"}
              {...(item.checked === undefined
                ? { role: "menuitem" }
                : { role: "menuitemradio", "aria-checked": item.checked })}
              tabIndex={-1}
              data-first={place + index === 0 ? "" : undefined}
              onClick={() => choose(item)}
            >
              {item.icon ? <Icon name={item.icon} /> : item.checked && <Icon name="check" />}
              <span>{item.label}</span>
              {item.note && <small>{item.note}</small>}
              {item.hint && (
                <span class="key" aria-hidden="true">
                  {item.hint}
                </span>
              )}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
};
