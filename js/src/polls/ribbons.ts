// Where ribbons lie: small code for one picture, in units of a row's height.

/** The ribbon of the people who moved from one option to another. */
export interface Ribbon {
  from: number;
  to: number;
  y0: number;
  y1: number;
  /** Its width at both ends: by people, but never too thin to be seen. */
  h0: number;
  h1: number;
}

export interface NodeBar {
  side: 0 | 1;
  option: number;
  top: number;
  height: number;
}

/** The share of a row that its node may fill. */
const FILL = 0.88;
const THINNEST = 1;

type Pairs = readonly (readonly [a: number, b: number, n: number])[];

/** Nodes as high as their people, in the middle of their rows; ribbons in the order of rows. */
export function ribbonsOf(
  before: readonly number[],
  after: readonly number[],
  pairs: Pairs,
  options: number,
  pitch: number,
): { ribbons: Ribbon[]; nodes: NodeBar[] } {
  const most = Math.max(1, ...before, ...after);
  const unit = (pitch * FILL) / most;
  const heights = (counts: readonly number[]): number[] =>
    Array.from({ length: options }, (_, index) => (counts[index] ?? 0) * unit);
  const nodeHeight = (height: number): number => (height > 0 ? Math.max(2, height) : 1);
  const nodes = [before, after].flatMap((counts, side) =>
    heights(counts).map((height, option) => ({
      side: side as 0 | 1,
      option,
      top: (option + 0.5) * pitch - nodeHeight(height) / 2,
      height: nodeHeight(height),
    })),
  );
  const known = pairs.filter(([a, b, n]) => a < options && b < options && n > 0);
  /** Where the next ribbon begins, by option: from the top of what moves or stays. */
  const starts = [0, 1].map((side) =>
    Array.from({ length: options }, (_, option) => {
      const people = known
        .filter((pair) => pair[side] === option)
        .reduce((sum, pair) => sum + pair[2], 0);
      return (option + 0.5) * pitch - (people * unit) / 2;
    }),
  );
  const place = (side: number, option: number, height: number): number => {
    const list = starts[side] ?? [];
    const y = list[option] ?? 0;
    list[option] = y + height;
    return y;
  };
  const ribbons = [...known]
    .sort(([a, b], [c, d]) => a - c || b - d)
    .map(([from, to, n]) => ({ from, to, n, y0: place(0, from, n * unit), y1: 0 }));
  // At the other side they arrive in the order of where they come from, so that few cross.
  for (const ribbon of [...ribbons].sort((p, q) => p.to - q.to || p.from - q.from)) {
    ribbon.y1 = place(1, ribbon.to, ribbon.n * unit);
  }
  const seen = ribbons.map(({ n, ...ribbon }) => {
    const height = Math.max(THINNEST, n * unit);
    return { ...ribbon, h0: height, h1: height };
  });
  // What stays lies under what moves.
  seen.sort((p, q) => Number(p.from !== p.to) - Number(q.from !== q.to));
  return { ribbons: seen, nodes };
}
