import { icons, type IconName as Shared } from "../core/icons";
import { keep, play, poll } from "../shared/shapes";

const own = { keep, play, poll };

export type IconName = Shared | keyof typeof own;

export const Icon = icons(own);
