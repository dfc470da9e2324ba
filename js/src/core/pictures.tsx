// Pictures that documents name. What fetches and shows them comes late, in a file of its own.

import type { VNode } from "preact";
import { late } from "./late";
import { isFields, isNumber, isText } from "./messages";

/** A picture as a document names it; `channel`, where it is not the course's. */
export interface BlobRef {
  hash: string;
  type: string;
  bytes: number;
  width: number;
  height: number;
  alt?: string;
  channel?: string;
}

/** Read a picture of a document; `null` if it is malformed. */
export const blobRef = (value: unknown): BlobRef | null =>
  isFields(value) &&
  isText(value.hash) &&
  [value.bytes, value.width, value.height].every((side) => isNumber(side) && Number(side) > 0)
    ? (value as unknown as BlobRef)
    : null;

interface Props {
  blob: BlobRef;
  /** What it shows, if not as the document says. */
  alt?: string;
  /** The most room it takes, in px. */
  max?: { width: number; height: number };
  /** Whether it can be opened large; it can by default. */
  onOpen?: false;
  /** Whether it is a tab stop. */
  reachable?: boolean;
}

/** A part of what comes late: `picture` or `tray`, with the props that it takes. */
export const Pictures = late<{ part: string } & Record<string, unknown>>("pictures");

/** A picture in its place, which it keeps from the first frame on. */
export const Picture = (props: Props): VNode => {
  const { width, height } = props.blob;
  const most = props.max ?? MOST;
  const scale = Math.min(1, most.width / width, most.height / height);
  const style = {
    ...{ width: `${Math.round(width * scale)}px`, maxWidth: "100%" },
    aspectRatio: `${width} / ${height}`,
  };
  return (
    <div class="pic" style={style}>
      <Pictures part="picture" {...props} />
    </div>
  );
};

const MOST = { width: 360, height: 240 };
