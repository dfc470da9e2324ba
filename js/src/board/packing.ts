// The packed form of what is on the board, as edu_widgets/board/packing.py makes it: layout in
// docs/widget-protocol.md, *Packed things*. tests/board/packed.json holds for both.

import type { Fields } from "../core/messages";
import { INKS, TOOLS } from "./documents";

const STATES = ["", "pending", "queued"];
const [STAFF, MINE, STORED, CHANGED, SAYS] = [1, 2, 16, 32, 64];

const utf8 = new TextDecoder();

/** Reads a buffer from its beginning; past its end it throws a `RangeError`. */
class Reader {
  #view: DataView;
  #place = 0;

  constructor(view: DataView) {
    this.#view = view;
  }

  get isAtEnd(): boolean {
    return this.#place >= this.#view.byteLength;
  }

  byte(): number {
    return this.#view.getUint8(this.#place++);
  }

  bytes(length: number): Uint8Array {
    const { buffer, byteOffset } = this.#view;
    this.#place += length;
    if (this.#place > this.#view.byteLength) throw new RangeError("The packed things are cut off.");
    return new Uint8Array(buffer, byteOffset + this.#place - length, length);
  }

  /** A number from 0: seven bits a byte, the lowest first. Exact up to 2 ** 53. */
  unsigned(): number {
    let [number, factor] = [0, 1];
    for (;;) {
      const byte = this.byte();
      number += (byte & 127) * factor;
      if (byte < 128) return number;
      factor *= 128;
    }
  }

  signed(): number {
    const zigzag = this.unsigned();
    return zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
  }

  text(): string {
    return utf8.decode(this.bytes(this.unsigned()));
  }

  /** An id, and the time in it, in ms since 1970. */
  id(): [id: string, time: number] {
    const hex = Array.from(this.bytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    return [id, Number.parseInt(hex.slice(0, 12), 16)];
  }

  list<T>(read: () => T): T[] {
    const found: T[] = [];
    for (let count = this.unsigned(); count > 0; count--) found.push(read());
    return found;
  }
}

/** The things in a buffer as fields, which are read as those of any document. */
export function unpack(buffer: DataView): Fields[] {
  const reader = new Reader(buffer);
  const pages = ["first", ...reader.list(() => reader.id()[0])];
  const names = reader.list(() => reader.text());
  const found: Fields[] = [];
  let before = 0;
  while (!reader.isAtEnd) {
    const looks = reader.byte();
    const flags = reader.byte();
    const page = pages[reader.unsigned()];
    const name = names[reader.unsigned()];
    const [id, time] = reader.id();
    const [x, y, at] = [reader.signed(), reader.signed(), time + reader.signed()];
    const thing: Fields = { id, page, name, x, y, at };
    thing.tool = TOOLS[looks & 7];
    thing.ink = INKS[(looks >> 3) & 7];
    thing.width = looks >> 6;
    thing.staff = (flags & STAFF) > 0;
    thing.mine = (flags & MINE) > 0;
    thing.state = STATES[(flags >> 2) & 3];
    if (flags & STORED) {
      before += reader.signed();
      thing.born = before;
      thing.seq = before + reader.signed();
    }
    if (flags & CHANGED) thing.rev = reader.unsigned();
    thing.points = coded(reader.bytes(reader.unsigned()));
    if (flags & SAYS) thing.text = reader.text();
    found.push(thing);
  }
  return found;
}

/** Bytes in base64 without padding, as points are kept. */
function coded(bytes: Uint8Array): string {
  let raw = "";
  for (const byte of bytes) raw += String.fromCharCode(byte);
  return btoa(raw).replace(/=+$/, "");
}
