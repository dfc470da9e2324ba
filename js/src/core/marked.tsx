import type { VNode } from "preact";
import { findIn } from "./fold";

/** A text with what matches `query` marked. */
export const Marked = ({ text, query }: { text: string; query: string }): VNode => (
  <>{findIn(text, query).map(([piece, found]) => (found ? <mark>{piece}</mark> : piece))}</>
);
