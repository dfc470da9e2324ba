import type { WritingCatalog } from "./writing";

const { format } = new Intl.NumberFormat("en");

export const en: WritingCatalog = {
  pillFor: (count, forMe) =>
    `${format(count)} new${forMe > 0 ? ` · ${format(forMe)} for you` : ""}`,
  pillMore: (count) => `${format(count)}+ new`,
  readAll: "Mark all as read",
  mentionsYou: "mentions you",

  replyingTo: (name) => `Replying to ${name}`,
  cancelReply: "Cancel reply",
  editing: "Editing your message",
  editingOf: (name) => `Editing the message of ${name}`,
  gettingText: "Getting the text of the message",
  save: "Save",
  cancelEdit: "Cancel",
  editBox: "Edit the message",
  notSaved: "Not saved. Your text is kept.",
  ask: "Ask as a question",
  askBox: "Ask the class a question",
  sendIn: (seconds) => `Send; it goes in ${format(seconds)} s`,
  asCode: "Format as code",
  mentionable: (count) =>
    `${format(count)} ${count === 1 ? "person" : "people"} to mention: choose with the arrow keys`,

  search: "Search",
  searchBox: "Search messages and people",
  closeSearch: "Close search",
  found: (count, more) => `${format(count)}${more ? "+" : ""} found`,
  nothingFound: "Nothing found",
  searching: "Searching",
  missed: (why, local, reason) => {
    const lead = local ? "Only what is loaded was searched." : "Older messages were not searched.";
    const reasons = {
      unable: "This service has no search.",
      away: "There is no connection; the rest follows when there is one.",
      late: "The service has not answered yet; the rest follows when it does.",
      limited: "Too many searches in a short time; it is tried again by itself.",
      refused: `${reason} It is tried again by itself.`,
      forGood: reason,
    };
    return `${lead} ${reasons[why]}`;
  },
  moreFound: "More",

  refusal: (_, sentence) => sentence,
};
