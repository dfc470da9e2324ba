import type { PanelCatalog } from "./catalog";

const { format } = new Intl.NumberFormat("en");

const hands = (count: number): string => (count === 1 ? "hand" : "hands");

export const en: PanelCatalog = {
  panel: (course) => `Lesson ${course}`,
  tabs: { chat: "Chat", polls: "Polls", people: "People", notifications: "Notifications" },
  fresh: {
    chat: (count) => `${format(count)} unread`,
    polls: (count) => `${format(count)} to vote in`,
    people: (count) => `${format(count)} ${hands(count)} waiting`,
    notifications: (count) => `${format(count)} unread`,
  },
  helped: "help is coming",
  count: (count) => (count > 99 ? "99+" : format(count)),

  instructor: "Instructor",
  figures: { done: () => "done", stuck: () => "stuck", away: () => "away", hands },
  toPeople: "show people",
  hideNames: "Hide names",
  quiet: "Do not disturb",
  projector: "Projector mode",
  leave: "Leave projector mode",
  hushed: "Hidden while projecting.",
  missing: "This part could not be loaded. Run the cell again to open it.",
};
