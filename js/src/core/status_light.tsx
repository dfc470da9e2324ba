import type { VNode } from "preact";
import { Company } from "./company";
import type { Kernel } from "./connection";
import type { Catalog } from "./locale/en";
import type { Lesson } from "./messages";

/** What the light of a view says of its connection. */
export type Light = "live" | "wait" | "off" | "stop";

/** The state of the light and its word. */
export function lightOf(lesson: Lesson, kernel: Kernel, words: Catalog): [Light, string] {
  if (kernel === "gone") return ["stop", words.notConnected];
  switch (lesson.state) {
    case "live":
      return ["live", words.live];
    case "reconnecting":
      return ["wait", words.reconnecting];
    case "offline":
      return ["off", words.offline];
    case "stopped":
    case "closed":
      return ["stop", words.notConnected];
    default:
      return ["wait", words.connecting];
  }
}

/** The light of a view, with its word. */
export const StatusLight = ({ light, word }: { light: Light; word: string }): VNode => (
  <>
    <Company part="sign" />
    <span class={`light ${light}`} role="status">
      <svg viewBox="0 0 10 10" aria-hidden="true">
        {light === "stop" ? (
          <rect x="1" y="1" width="8" height="8" rx="1" />
        ) : (
          <circle cx="5" cy="5" r={light === "live" ? 4 : 3.8} />
        )}
      </svg>
      <span class="word">{word}</span>
    </span>
  </>
);
