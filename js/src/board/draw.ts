// Drawing a thing on a canvas. No path is kept: twenty thousand of them would fill the memory.

import { getStroke } from "perfect-freehand";
import type { Drawn } from "./documents";
import { boxAround, FONT, LINE, NOTE, pointsOf, widthOf } from "./geometry";
import type { Inks } from "./inks";
import type { Point } from "./points";

type Canvas = CanvasRenderingContext2D;
type Look = Pick<Drawn, "tool" | "ink" | "width" | "text">;

const HEAD = 12;

/** Draw a thing; `names`: the author of a note beside its text. */
export function draw(canvas: Canvas, item: Drawn, inks: Inks, author = ""): void {
  drawPoints(canvas, item, pointsOf(item), inks, author);
}

/** Draw a thing whose points are known, on a canvas whose unit is a pixel of the page. */
export function drawPoints(
  canvas: Canvas,
  item: Look,
  points: readonly Point[],
  inks: Inks,
  author = "",
): void {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return;
  canvas.save();
  canvas.strokeStyle = canvas.fillStyle = inks[item.ink];
  canvas.lineWidth = widthOf(item);
  canvas.lineCap = canvas.lineJoin = "round";
  switch (item.tool) {
    case "pen":
    case "marker":
      freehand(canvas, item, points);
      break;
    case "sticky":
      note(canvas, item.text, first, inks, author);
      break;
    case "text":
      lines(canvas, item.text, first, inks);
      break;
    default:
      shape(canvas, item, first, last);
  }
  canvas.restore();
}

function freehand(canvas: Canvas, item: Look, points: readonly Point[]): void {
  const isMarker = item.tool === "marker";
  const outline = getStroke(points as [number, number][], {
    size: widthOf(item) * (isMarker ? 1 : 1.6),
    thinning: isMarker ? 0 : 0.4,
    streamline: 0.3,
    last: true,
  });
  if (isMarker) canvas.globalAlpha = 0.26;
  canvas.beginPath();
  outline.forEach(([x, y], index) => {
    const [nextX, nextY] = outline[(index + 1) % outline.length] as [number, number];
    const middle = [(Number(x) + nextX) / 2, (Number(y) + nextY) / 2] as const;
    if (index === 0) canvas.moveTo(...middle);
    else canvas.quadraticCurveTo(Number(x), Number(y), ...middle);
  });
  canvas.closePath();
  canvas.fill();
}

function shape(canvas: Canvas, { tool }: Look, from: Point, to: Point): void {
  const { left, top, right, bottom } = boxAround([from, to]);
  const [width, height] = [right - left, bottom - top];
  canvas.beginPath();
  if (tool === "rectangle") canvas.rect(left, top, width, height);
  else if (tool === "ellipse") {
    canvas.ellipse(left + width / 2, top + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI);
  } else {
    canvas.moveTo(...from);
    canvas.lineTo(...to);
    if (tool === "arrow") head(canvas, from, to);
  }
  canvas.stroke();
}

function head(canvas: Canvas, [x1, y1]: Point, [x2, y2]: Point): void {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [x, y] = [((x2 - x1) / length) * HEAD, ((y2 - y1) / length) * HEAD];
  canvas.moveTo(x2 - x - y * 0.6, y2 - y + x * 0.6);
  canvas.lineTo(x2, y2);
  canvas.lineTo(x2 - x + y * 0.6, y2 - y - x * 0.6);
}

function lines(canvas: Canvas, text: string, [x, y]: Point, inks: Inks, width = 0): void {
  canvas.font = `${FONT}px ${inks.font}`;
  canvas.textBaseline = "top";
  text.split("\n").forEach((line, row) => {
    if (width) canvas.fillText(line, x, y + row * LINE, width);
    else canvas.fillText(line, x, y + row * LINE);
  });
}

function note(canvas: Canvas, text: string, [x, y]: Point, inks: Inks, author: string): void {
  canvas.globalAlpha = 0.18;
  canvas.fillRect(x, y, NOTE.width, NOTE.height);
  canvas.globalAlpha = 1;
  canvas.fillStyle = inks.text;
  canvas.font = `${FONT}px ${inks.font}`;
  const rows = wrapped(canvas, text, NOTE.width - 20).slice(0, author ? 3 : 4);
  lines(canvas, rows.join("\n"), [x + 10, y + 10], inks, NOTE.width - 20);
  if (!author) return;
  canvas.font = `12px ${inks.font}`;
  canvas.fillText(author, x + 10, y + NOTE.height - 22, NOTE.width - 20);
}

/** A text in rows that are no wider than `width`. */
function wrapped(canvas: Canvas, text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => {
    const rows = [""];
    for (const word of line.split(" ")) {
      const longer = rows.at(-1) ? `${rows.at(-1)} ${word}` : word;
      if (canvas.measureText(longer).width <= width || !rows.at(-1)) rows[rows.length - 1] = longer;
      else rows.push(word);
    }
    return rows;
  });
}
