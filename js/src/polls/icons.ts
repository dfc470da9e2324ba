import { icons, type IconName as Shared } from "../core/icons";
import { eye, keep, play, poll, stop } from "../shared/shapes";

const own = { eye, keep, play, poll, stop };

export type IconName = Shared | keyof typeof own;

export const Icon = icons(own);
