// Who is in the pictures of the chat, and when.

import type { Fields } from "../src/core/messages";

export const at = (hour: number, minute: number): number => new Date().setHours(hour, minute, 0, 0);

export const people: Record<string, Fields> = {
  Deniz: { user: "u-deniz", name: "Deniz" },
  Priya: { user: "u-priya", name: "Priya" },
  Emre: { user: "u-emre", name: "Emre" },
  Mira: { user: "u-mira", name: "Mira", role: "instructor" },
  Tomas: { user: "u-tomas", name: "Tomas" },
};
