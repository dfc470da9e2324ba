// Text from others: a list of nodes becomes elements, tag by allowed tag. Nothing here parses
// markup, and nothing of a node reaches an element but what is named below.

import { type ComponentChildren, h, type VNode } from "preact";
import { CodeBlock, Coloured } from "./code";
import { withHooks } from "./hooks";
import type { Context as Speaking } from "./i18n";
import { asText, type Body, type Fields, isFields } from "./messages";

const MAX_DEPTH = 48;

interface Context {
  /** Whether links and code blocks of this text are tab stops. */
  reachable: boolean;
  /** Whether it stands in something that is clicked as a whole: no links, no tools. */
  flat?: boolean;
}

interface Parsed {
  tag: string;
  attributes: Fields;
  children: readonly unknown[];
}

function parse(node: readonly unknown[]): Parsed {
  const [tag, second, ...rest] = node;
  if (isFields(second)) return { tag: asText(tag), attributes: second, children: rest };
  return { tag: asText(tag), attributes: {}, children: node.slice(1) };
}

/** The address if it is one of the allowed kinds; else `null`. */
export function safeHref(value: unknown): string | null {
  if (typeof value !== "string") return null;
  try {
    const url = new URL(value);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// Of a formula all from `mfrac` on: nothing of HTML, and nothing that loads, begins like that.
const plainTag = /^(em|strong|del|ul|li|code|[bh]r|t[rhd]|m[fi-u][a-z]*)$/;

/** A table that scrolls sideways where it is too wide, by keys too. */
const Wide = withHooks(function Wide(
  { reachable, children }: { reachable: boolean; children?: ComponentChildren },
  { words }: Speaking,
): VNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: what scrolls is what stands around the table
    <div class="table" tabIndex={reachable ? 0 : -1} role="region" aria-label={words.wideTable}>
      {children}
    </div>
  );
});

/** The attributes of cells and formulas; none of them leads anywhere, whatever its value. */
const layout = ({ attributes: given }: Parsed): Fields => ({
  width: given.width,
  stretchy: given.stretchy,
  linethickness: given.linethickness,
  displaystyle: given.displaystyle,
  display: given.display,
  accent: given.accent,
  // Set as a property: what is no alignment is none, and brings nothing else along.
  style: { textAlign: given.align },
});

type Render = (parsed: Parsed, children: () => ComponentChildren, context: Context) => VNode;

const paragraph: Render = ({ tag }, children) => (
  <p dir="auto" class={tag}>
    {children()}
  </p>
);

const special: Record<string, Render> = {
  p: paragraph,
  h: paragraph,
  quote: (_, children) => <blockquote>{children()}</blockquote>,
  ol: ({ attributes }, children) => {
    const start = Number.isInteger(attributes.start) ? Number(attributes.start) : 1;
    return <ol start={start}>{children()}</ol>;
  },
  pre: ({ attributes, children }, _, { reachable, flat }) => {
    const code = plainText(children);
    if (!flat) return <CodeBlock code={code} runs={attributes.runs} reachable={reachable} />;
    return (
      <code class="flat" dir="ltr">
        <Coloured code={code} runs={attributes.runs} />
      </code>
    );
  },
  a: ({ attributes }, children, { reachable, flat }) => {
    const href = safeHref(attributes.href);
    if (flat || href === null) return <span>{children()}</span>;
    return (
      <a href={href} target="_blank" rel="noopener noreferrer" tabIndex={reachable ? 0 : -1}>
        {children()}
      </a>
    );
  },
  table: (_, children, { reachable, flat }) => {
    const rows = (
      <table>
        <tbody>{children()}</tbody>
      </table>
    );
    return flat ? <div class="table">{rows}</div> : <Wide reachable={reachable}>{rows}</Wide>;
  },
  math: (parsed, children, { reachable }) => {
    // As a table is: what is wider than the page is scrolled, by keys too.
    const focus = parsed.attributes.display ? { class: "table", tabIndex: reachable ? 0 : -1 } : {};
    return h<object>("math", { ...layout(parsed), ...focus }, children());
  },
  at: ({ attributes }, children) => (
    <bdi class={attributes.me === true ? "at me" : "at"}>{children()}</bdi>
  ),
};

function build(node: unknown, context: Context, depth: number): ComponentChildren {
  if (typeof node === "string") return node;
  if (!Array.isArray(node) || depth > MAX_DEPTH) return plainText([node]);
  const parsed = parse(node);
  const children = () => parsed.children.map((child) => build(child, context, depth + 1));
  const render = Object.hasOwn(special, parsed.tag) ? special[parsed.tag] : undefined;
  if (render) return render(parsed, children, context);
  return plainTag.test(parsed.tag) ? h(parsed.tag, layout(parsed), children()) : plainText([node]);
}

/** The elements of a text. A plain string keeps its line breaks. */
export function Rich({ body, context }: { body: Body; context: Context }): VNode {
  if (typeof body === "string") {
    return (
      <p dir="auto" class="plain">
        {body}
      </p>
    );
  }
  return <>{body.map((node) => build(node, context, 0))}</>;
}

/** Strings and elements in the order of reading; what is in a formula is no text. */
function* reading(nodes: readonly unknown[]): Generator<string | Parsed> {
  const waiting = [...nodes].reverse();
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node === "string") yield node;
    if (!Array.isArray(node)) continue;
    const parsed = parse(node);
    yield parsed;
    if (parsed.tag !== "math")
      for (const child of [...parsed.children].reverse()) waiting.push(child);
  }
}

const block = /^(p|h|quote|li|pre|tr|[bh]r)$/;

/** The text alone, without form; `limit` bounds the work for hostile nesting. */
export function plainText(nodes: readonly unknown[], limit = 20_000): string {
  let text = "";
  for (const node of reading(nodes)) {
    if (text.length >= limit) break;
    if (typeof node === "string") text += node;
    else if (node.tag === "math") text += asText(node.attributes.tex);
    else if (block.test(node.tag) && text !== "" && !text.endsWith("\n")) text += "\n";
  }
  return text;
}

/** A body as plain text. */
export const bodyText = (body: Body): string => (typeof body === "string" ? body : plainText(body));

/** The first address in a text that can be followed; `null` if there is none. */
export function linkOf(body: Body): string | null {
  if (typeof body === "string") return safeHref(body.trim());
  let most = 100;
  for (const node of reading(body)) {
    if (most-- === 0) break;
    const href = typeof node !== "string" && node.tag === "a" && safeHref(node.attributes.href);
    if (href) return href;
  }
  return null;
}
