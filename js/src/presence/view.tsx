import type { VNode } from "preact";
import { isForbidden } from "../core/banner";
import { Button } from "../core/button";
import type { ViewProps } from "../core/feature";
import { isModified } from "../core/focus";
import { Frame, Refusal, Skeleton } from "../core/frame";
import { HeaderMenu } from "../core/header_menu";
import { useRef, useSignal, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import type { Options } from "../core/model";
import type { Signal } from "../core/signal";
import { lightOf, StatusLight } from "../core/status_light";
import { AdmissionLine, admissionGroups } from "./admission";
import { ClassCounts } from "./class_counts";
import { Hands } from "./hands";
import { LargeClass } from "./large_class";
import { Everyone, Sign } from "./list";
import { OwnStatusForm } from "./own_status";
import type { People } from "./people";
import { type Context, wordsOf } from "./words";

const isText = (target: EventTarget | null): boolean =>
  (target as HTMLElement | null)?.matches?.("textarea, input[type=text]") === true;

const keys = ["following", "done", "stuck"] as const;

export const PeopleView = withHooks(function PeopleView({
  room: people,
  options,
}: ViewProps<People>): VNode {
  const { height, lang } = useSignal(options);
  const words = wordsOf(lang);
  const { can } = useSignal(people.desk);
  const raise = useRef<HTMLButtonElement>();
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isModified(event) || isText(event.composedPath()[0] ?? null)) return;
    // A menu's letters are its own.
    if ((event.target as Element).closest(".float")) return;
    // A key that is held down would say it and take it back.
    if (event.repeat) return;
    const status = keys[Number(event.key) - 1];
    if (status && can.includes("status")) people.choose(status);
    else if (event.key.toLowerCase() === "h" && can.includes("hand")) raise.current?.click();
    else return;
    event.preventDefault();
  };
  return (
    <Frame
      {...{ words, height, onKeyDown }}
      name="people"
      label={words.people}
      connection={people.connection}
      floats={people.floats}
      header={<Header people={people} options={options} />}
    >
      <Body people={people} raise={raise} />
    </Frame>
  );
});

interface HeaderProps {
  people: People;
  options: Signal<Options>;
}

const Header = withHooks(function Header(
  { people, options }: HeaderProps,
  { words }: Context,
): VNode {
  const lesson = useSignal(people.connection.lesson);
  const [light, word] = lightOf(lesson, useSignal(people.connection.kernel), words);
  const { can, counts, hidden, known } = useSignal(people.desk);
  return (
    <div class="hd">
      <h3>{words.people}</h3>
      <span class="sub n">{known && light === "live" && words.here(counts.here)}</span>
      {can.includes("manage") && known && lesson.state !== "closed" && (
        <Button
          look="quiet hide"
          role="switch"
          aria-checked={hidden}
          title={words.hideNames}
          onClick={() => people.hide(!hidden)}
        >
          <Sign name="hide" />
          <span>{words.hideNames}</span>
        </Button>
      )}
      <StatusLight light={light} word={word} />
      <HeaderMenu
        floats={people.floats}
        options={options}
        {...(known &&
          can.includes("manage") && {
            label: words.admission,
            groups: () => admissionGroups(people, words),
          })}
      />
    </div>
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
  const ended = hasEnded(lesson.state);
  if (ended) {
    return <div class="note">{isForbidden(lesson) && <p>{words.askInstructor}</p>}</div>;
  }
  if (filled && lesson.state === "live" && !lesson.features.includes("presence")) {
    return <Note text={words.notOffered} />;
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
