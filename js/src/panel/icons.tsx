import type { VNode } from "preact";
import { Icon } from "../core/icons";
import type { Figure, Tab } from "./documents";

// On a grid of 16, stroke 1.5, round, as the core's.
const paths = {
  bell: "M3.2 11.6h9.6c-1-1-1.3-2-1.3-4.3a3.5 3.5 0 0 0-7 0c0 2.3-.3 3.3-1.3 4.3zM6.7 13.6a1.5 1.5 0 0 0 2.6 0",
  belloff:
    "M4.6 6.3c-.1 2.8-.4 4.2-1.4 5.3h8.4M6 4.3a3.5 3.5 0 0 1 5.5 3c0 1 .1 1.8.2 2.4M6.7 13.6a1.5 1.5 0 0 0 2.6 0M2.5 2.5l11 11",
  done: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M5.5 8.2l1.8 1.8 3.3-3.7",
  hand: "M5.2 9.4V4a1 1 0 0 1 2 0v3.4V2.9a1 1 0 0 1 2 0v4.5-3.6a1 1 0 0 1 2 0v6.3c0 2.4-1.5 4.1-3.7 4.1-1.9 0-2.8-.8-3.7-2.3L2.4 9.4c-.5-.9.6-1.7 1.3-1z",
  hide: "M3.7 4.9C2.3 6.2 1.6 8 1.6 8S4 12.2 8 12.2c1.2 0 2.2-.4 3.1-.9M6.5 4c.5-.1 1-.2 1.5-.2 4 0 6.4 4.2 6.4 4.2s-.5.9-1.4 1.9M2.5 2.5l11 11",
  stuck: "M8 2.3 14 13H2zM8 6.5v3M8 11.2v.1",
  users:
    "M8.4 5.4a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 0 1 4.8 0M1.8 13c.3-2.4 2-3.8 4.2-3.8s3.9 1.4 4.2 3.8M10.4 3.2a2.4 2.4 0 0 1 0 4.4M12 9.7c1.3.5 2.1 1.7 2.3 3.3",
};

export type SignName = keyof typeof paths;

export const Sign = ({ name }: { name: SignName }): VNode => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);

/** The sign of a tab. */
export function TabSign({ tab, quiet }: { tab: Tab; quiet: boolean }): VNode {
  if (tab === "chat") return <Icon name="chat" />;
  if (tab === "polls") return <Icon name="poll" />;
  return <Sign name={tab === "people" ? "users" : quiet ? "belloff" : "bell"} />;
}

/** The sign of a figure. */
export function FigureSign({ figure }: { figure: Figure }): VNode {
  if (figure === "away") return <Icon name="clock" />;
  return <Sign name={figure === "hands" ? "hand" : figure} />;
}
