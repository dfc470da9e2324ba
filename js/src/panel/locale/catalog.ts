import type { Figure, Tab } from "../documents";

/** The strings of the panel in one language. */
export interface PanelCatalog {
  panel(course: string): string;
  tabs: Record<Tab, string>;
  /** What is new in a tab, after its name. */
  fresh: Record<Tab, (count: number) => string>;
  helped: string;
  /** A count that stands in a tab. */
  count(count: number): string;

  instructor: string;
  figures: Record<Figure, (count: number) => string>;
  toPeople: string;
  hideNames: string;
  quiet: string;
  projector: string;
  leave: string;
  hushed: string;
  missing: string;
}
