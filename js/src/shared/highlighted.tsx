import type { VNode } from "preact";
import { findIn } from "./text_search";

interface Props {
  text: string;
  query: string;
  /** The most matches that are marked. */
  most?: number;
}

/** A text with what matches `query` marked. */
export const Highlighted = ({ text, query, most }: Props): VNode => (
  <>{findIn(text, query, most).map(([piece, found]) => (found ? <mark>{piece}</mark> : piece))}</>
);
