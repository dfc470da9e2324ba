import type { VNode } from "preact";
import { icons } from "../core/icons";
import type { Figure, Tab } from "./documents";

// As the core's.
export const Sign = icons({
  users:
    "M8.4 5.4a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 0 1 4.8 0M1.8 13c.3-2.4 2-3.8 4.2-3.8s3.9 1.4 4.2 3.8M10.4 3.2a2.4 2.4 0 0 1 0 4.4M12 9.7c1.3.5 2.1 1.7 2.3 3.3",
});

/** The sign of a tab. */
export function TabSign({ tab, quiet }: { tab: Tab; quiet: boolean }): VNode {
  if (tab === "chat") return <Sign name="chat" />;
  if (tab === "polls") return <Sign name="poll" />;
  return <Sign name={tab === "people" ? "users" : quiet ? "belloff" : "bell"} />;
}

/** The sign of a figure. */
export function FigureSign({ figure }: { figure: Figure }): VNode {
  if (figure === "away") return <Sign name="clock" />;
  return <Sign name={figure === "hands" ? "hand" : figure} />;
}
