import { Component, type ComponentChildren, type VNode } from "preact";
import { report } from "./errors";
import { Words } from "./i18n";
import type { Catalog } from "./locale/en";

interface Props {
  /** The value that is rendered: another one is tried again. */
  of: unknown;
  children: ComponentChildren;
  /** The element around the sentence; by default a paragraph. */
  frame?: (sentence: string) => VNode;
}

/** Shows a sentence in place of children that fail to render. */
export class ErrorBoundary extends Component<Props, { failed?: { of: unknown } }> {
  static override contextType = Words;

  override componentDidCatch(error: unknown): void {
    report(error);
    this.setState({ failed: { of: this.props.of } });
  }

  override render({ of, children, frame }: Props): ComponentChildren {
    if (this.state.failed?.of !== of || !this.state.failed) return children;
    const sentence = (this.context as Catalog).notShown;
    return frame ? frame(sentence) : <p class="unshown">{sentence}</p>;
  }
}

/** A frame for an item of a list. */
export const asItem = (sentence: string): VNode => <li class="unshown">{sentence}</li>;
