import type { VNode } from "preact";
import type { ViewProps } from "../core/feature";
import { isShortcut } from "../core/focus";
import { Empty, Frame, Refusal, Skeleton } from "../core/frame";
import { useRef, useSignal, withHooks } from "../core/hooks";
import { hasEnded, isOffered } from "../core/messages";
import { Header, useLive, useView } from "../core/view";
import { HideNames } from "../shared/hide_names";
import { AdmissionLine, admissionGroups } from "./admission";
import { ClassCounts } from "./class_counts";
import { Hands } from "./hands";
import { LargeClass } from "./large_class";
import { Everyone } from "./list";
import { OwnStatusForm } from "./own_status";
import type { People } from "./people";
import { type Context, wordsOf } from "./words";

const keys = ["following", "done", "stuck"] as const;

export const PeopleView = withHooks(function PeopleView(props: ViewProps<People>): VNode {
  const { room: people } = props;
  const { words, frame } = useView(props, "people", wordsOf);
  const { can } = useSignal(people.desk);
  const raise = useRef<HTMLButtonElement>();
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isShortcut(event)) return;
    const status = keys[Number(event.key) - 1];
    if (status && can.includes("status")) people.choose(status);
    else if (event.key.toLowerCase() === "h" && can.includes("hand")) raise.current?.click();
    else return;
    event.preventDefault();
  };
  return (
    <Frame
      {...{ ...frame, onKeyDown }}
      label={words.people}
      header={<PeopleHeader people={people} />}
    >
      <Body people={people} raise={raise} />
    </Frame>
  );
});

const PeopleHeader = withHooks(function PeopleHeader(
  { people }: { people: People },
  { words }: Context,
): VNode {
  const lesson = useSignal(people.connection.lesson);
  const isLive = useLive(people.connection);
  const { can, counts, hidden, known } = useSignal(people.desk);
  return (
    <Header
      menu={
        known &&
        can.includes("manage") && {
          label: words.admission,
          groups: () => admissionGroups(people, words),
        }
      }
    >
      <span class="sub n">{known && isLive && words.here(counts.here)}</span>
      {can.includes("manage") && known && lesson.state !== "closed" && (
        <HideNames label={words.hideNames} hidden={hidden} onHide={(on) => people.hide(on)} />
      )}
    </Header>
  );
});

interface BodyProps {
  people: People;
  raise: { current: HTMLButtonElement | null };
}

const Body = withHooks(function Body({ people, raise }: BodyProps, { words }: Context): VNode {
  const lesson = useSignal(people.connection.lesson);
  const filled = useSignal(people.connection.filled);
  const { can, crowd, hidden, known } = useSignal(people.desk);
  if (hasEnded(lesson.state) || (filled && !isOffered(lesson, "presence"))) {
    return <Empty>{words.notOffered}</Empty>;
  }
  const manages = can.includes("manage");
  return (
    <>
      {can.includes("status") && <OwnStatusForm people={people} raise={raise} />}
      <Refusal text={people.notice} />
      <AdmissionLine people={people} />
      {!known ? (
        filled && lesson.state !== "live" && lesson.state !== "connecting" ? (
          <Note text={words.unknown} />
        ) : (
          <Skeleton rows={SKELETON} />
        )
      ) : (
        <>
          {manages && <ClassCounts people={people} />}
          {hidden ? (
            <Note text={words.namesHidden} />
          ) : crowd ? (
            <LargeClass people={people} />
          ) : (
            <Class people={people} />
          )}
        </>
      )}
    </>
  );
});

/** Everybody by name; for staff with the hands that are up beside them. */
const Class = withHooks(function Class({ people }: { people: People }, { words }: Context): VNode {
  const { can } = useSignal(people.desk);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys have to reach what scrolls
    <section class="scroll" tabIndex={0} aria-label={words.manyHere}>
      {can.includes("manage") ? (
        <div class="cols">
          <Hands people={people} />
          <Everyone people={people} />
        </div>
      ) : (
        <Everyone people={people} />
      )}
    </section>
  );
});

const Note = ({ text }: { text: string }): VNode => <p class="note">{text}</p>;

const SKELETON = [["34%"], ["22%"], ["28%"], ["40%"]];
