// What a kernel tells of the panel's parts, as the manifests have it.

import features from "../features.json";
import type { Fields } from "../src/core/messages";

const faces: Record<string, Fields> = Object.fromEntries(
  Object.values(features).flatMap(({ called, tab }) => (tab ? [[called, tab]] : [])),
);

/**
 * The trait that has the parts, by the references to the models of those that are in tabs; `more`
 * are parts of other packages.
 */
export function partsOf(
  references: Record<string, string>,
  more: Record<string, Fields> = {},
): Fields {
  const all = { ...faces, ...more };
  const names = new Set([...Object.keys(references), ...Object.keys(all)]);
  return Object.fromEntries(
    [...names].map((name) => [name, { ...all[name], model: references[name] ?? "" }]),
  );
}

interface Told extends Fields {
  unread?: Record<string, number>;
  helped?: boolean;
  quiet?: boolean;
}

/** The panel's document as a student has it. */
export const student = ({ unread = {}, helped, quiet, ...more }: Told = {}): Fields => ({
  ...{ id: "panel", rev: 1, projector: false },
  parts: {
    chat: { unread: unread.chat ?? 0 },
    polls: { unread: unread.polls ?? 0 },
    people: { unread: unread.people ?? 0, note: helped === true },
    notes: { unread: unread.notes ?? 0 },
    notifications: { unread: unread.notifications ?? 0, icon: quiet ? "belloff" : "" },
  },
  ...more,
});

interface Staff extends Told {
  hidden?: boolean;
}

/** The panel's document as an instructor has it. */
export const staff = ({ hidden = false, ...told }: Staff = {}): Fields => {
  const { parts, ...document } = student({ desk: true, ...told });
  const { people, notifications, ...others } = parts as Record<string, Fields>;
  const figures = { done: 24, stuck: 5, away: 3, hands: 3 };
  return {
    ...document,
    parts: {
      ...others,
      people: { ...people, figures, switches: { hide_names: hidden } },
      notifications: { ...notifications, switches: { quiet: told.quiet === true } },
    },
  };
};
