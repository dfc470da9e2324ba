const { format } = new Intl.NumberFormat("en");

export const en = {
  panel: (course: string) => `Lesson ${course}`,
  /** A count that stands in a tab. */
  count: (count: number) => (count > 99 ? "99+" : format(count)),
  instructor: "Instructor",
  projector: "Projector mode",
  hushed: "Hidden while projecting.",
  missing: "This part could not be loaded. Run the cell again to open it.",
};
