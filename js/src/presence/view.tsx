import type { VNode } from "preact";
import { Banner, isForbidden } from "../core/banner";
import type { ViewProps } from "../core/feature";
import { FloatLayer } from "../core/float";
import { HeaderMenu } from "../core/header_menu";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Speak } from "../core/i18n";
import { Icon } from "../core/icons";
import { hasEnded } from "../core/messages";
import type { Options } from "../core/model";
import type { Signal } from "../core/signal";
import { lightOf, StatusLight } from "../core/status_light";
import { AdmissionLine, admissionGroups } from "./admission";
import { ClassCounts } from "./class_counts";
import { Hands } from "./hands";
import { Sign } from "./icons";
import { LargeClass } from "./large_class";
import { Everyone } from "./list";
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
    if (event.ctrlKey || event.metaKey || event.altKey || isText(event.composedPath()[0] ?? null))
      return;
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
    <Speak words={words}>
      <section
        class="edu people"
        lang={words.lang}
        aria-label={words.people}
        style={{ "--log-h": `${height}px` }}
        onKeyDown={onKeyDown}
      >
        <Header people={people} options={options} />
        <Banner
          lesson={useSignal(people.connection.lesson)}
          kernel={useSignal(people.connection.kernel)}
          onRetry={() => people.connection.retry()}
        />
        <Body people={people} raise={raise} />
        <FloatLayer floats={people.floats} />
      </section>
    </Speak>
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
        <button
          type="button"
          class="btn quiet hide"
          role="switch"
          aria-checked={hidden}
          title={words.hideNames}
          onClick={() => people.hide(!hidden)}
        >
          <Sign name="hide" />
          <span>{words.hideNames}</span>
        </button>
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
      <Notice people={people} />
      <AdmissionLine people={people} />
      {!known ? (
        filled && lesson.state !== "live" && lesson.state !== "connecting" ? (
          <Note text={words.unknown} />
        ) : (
          <Skeleton />
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

const Notice = withHooks(function Notice({ people }: { people: People }): VNode {
  const notice = useSignal(people.notice);
  return (
    <div role="alert">
      {notice && (
        <p class="notice">
          <Icon name="alert" />
          {notice}
        </p>
      )}
    </div>
  );
});

const Note = ({ text }: { text: string }): VNode => <p class="note">{text}</p>;

const Skeleton = withHooks(function Skeleton(): VNode {
  const [widths] = useState([34, 22, 28, 40]);
  return (
    <div class="skels" aria-hidden="true">
      {widths.map((width) => (
        <div class="skel" key={width}>
          <i />
          <b style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
});
