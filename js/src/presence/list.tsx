import type { VNode } from "preact";
import { AskingButton } from "../core/confirm";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import { useNow, useSignal, useState, withHooks } from "../core/hooks";
import { icons, shapes } from "../core/icons";
import { initialOf, searchKey } from "../core/text";
import { FindBox } from "../shared/find";
import { Highlighted } from "../shared/highlighted";
import { chain, done, hand, stuck } from "../shared/shapes";
import { PersonMenu } from "./admission";
import { countedStatus, countedStatuses, isStaff, type Person } from "./documents";
import type { People } from "./people";
import type { Context, Words } from "./words";

/** The number of people from which on the list has a search box. */
const MANY = 40;

const compare = (lang: string): ((a: Person, b: Person) => number) => {
  const { compare } = new Intl.Collator(lang);
  return (a, b) => compare(a.name, b.name);
};

/** People sorted for staff: stuck first, the longest so first; staff last. */
const forStaff = (people: Person[], lang: string): Person[] => {
  const byName = compare(lang);
  const rank = (person: Person): number =>
    isStaff(person) ? countedStatuses.length : countedStatuses.indexOf(countedStatus(person));
  return people.sort(
    (a, b) => rank(a) - rank(b) || (a.since ?? 0) - (b.since ?? 0) || byName(a, b),
  );
};

/** People sorted for students: staff first, then the reader, then by name. */
const forStudents = (people: Person[], lang: string): Person[] => {
  const byName = compare(lang);
  const rank = (person: Person): number => (isStaff(person) ? 0 : person.me ? 1 : 2);
  return people.sort((a, b) => rank(a) - rank(b) || byName(a, b));
};

/** The list of everybody present. */
export const Everyone = withHooks(function Everyone(
  { people }: { people: People },
  { words }: Context,
): VNode {
  useSignal(people.all.version);
  const { can } = useSignal(people.desk);
  const [query, setQuery] = useState("");
  const manages = can.includes("manage");
  const all = people.all.docs;
  const wanted = searchKey(query.trim());
  const found = wanted ? all.filter(({ name }) => searchKey(name).includes(wanted)) : all;
  const sorted = (manages ? forStaff : forStudents)([...found], words.lang);
  return (
    <div>
      {manages && (
        <div class="sec">
          <span>{words.everyone}</span>
          <NewExercise people={people} />
        </div>
      )}
      {all.length > MANY && <Find people={all.length} value={query} onInput={setQuery} />}
      <Rows people={people} shown={sorted} query={query} />
    </div>
  );
});

/** The rows of some people; the reader's own row shows the status they have chosen. */
export const Rows = withHooks(function Rows(
  { people, shown, query = "" }: { people: People; shown: readonly Person[]; query?: string },
  { words }: Context,
): VNode {
  const { can } = useSignal(people.desk);
  const chosen = people.own;
  const now = useNow();
  const manages = can.includes("manage");
  return (
    <ul class="rows">
      {shown.map((person) => {
        const { status, ...silent } = person;
        const mine = person.me ? { ...silent, ...(chosen && { status: chosen }) } : person;
        const { since, ...timeless } = mine;
        const told = person.me && !manages ? timeless : mine;
        return (
          <ErrorBoundary key={person.id} of={person} frame={asItem}>
            <Row {...{ people, query, now, manages, words }} person={told} />
          </ErrorBoundary>
        );
      })}
    </ul>
  );
});

interface RowProps {
  people: People;
  person: Person;
  query: string;
  now: number;
  manages: boolean;
  words: Words;
}

const Row = ({ people, person, query, now, manages, words }: RowProps): VNode => {
  const staff = isStaff(person);
  const standing = countedStatus(person);
  const named = person.name.trim() || words.unnamed;
  const name = person.me ? words.you(named) : named;
  // Of others only staff knows more than whether they are away; nobody is told to be "no answer".
  const told = standing !== "none" && (!staff || standing === "away");
  const timed = manages && standing !== "following" && standing !== "done" && person.since;
  return (
    <li class={person.away ? "pp away" : "pp"}>
      <Avatar name={named} staff={staff} />
      <span class="nm">
        <bdi>
          <Highlighted text={name} query={query} />
        </bdi>{" "}
        {staff && (
          <span class="tag">{words.roles[person.role ?? ""] ?? words.roles.instructor}</span>
        )}
        {person.via && (
          <span class="via">
            <Sign name="chain" /> <bdi>{words.via(person.via)}</bdi>
          </span>
        )}
      </span>
      <span class={`st ${standing}`}>
        {told && (
          <>
            <Sign name={standing} />
            <span>
              {person.me && person.status ? words.own[person.status] : words.standing[standing]}
            </span>
            {person.away && standing !== "away" && <span class="sr">, {words.standing.away}</span>}
            {timed && <time class="n">{words.lasts(now - (person.since ?? now))}</time>}
          </>
        )}
      </span>
      {manages && !staff && !person.me && <PersonMenu people={people} person={person} />}
    </li>
  );
};

export const Avatar = withHooks(function Avatar(
  { name, staff }: { name: string; staff: boolean },
  { words }: Context,
): VNode {
  return (
    <span class={staff ? "av staff" : "av"} aria-hidden="true">
      {initialOf(name, words.lang)}
    </span>
  );
});

interface FindProps {
  people: number;
  value: string;
  onInput: (value: string) => void;
}

export const Find = withHooks(function Find(
  { people, value, onInput }: FindProps,
  { words }: Context,
): VNode {
  return (
    <FindBox
      label={words.findOne}
      placeholder={words.find(people)}
      maxLength={64}
      value={value}
      onInput={onInput}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        if (value) onInput("");
        else event.currentTarget.blur();
      }}
    />
  );
});

/** A button that clears everybody's status after a confirmation. */
export const NewExercise = withHooks(function NewExercise(
  { people }: { people: People },
  { words }: Context,
): VNode | null {
  const { counts } = useSignal(people.desk);
  if (counts.stuck + counts.done + counts.following === 0) return null;
  return (
    <AskingButton
      label={words.newExercise}
      question={words.clearAll}
      yes={words.clear}
      onYes={() => people.clear()}
    />
  );
});

export const nameOf = (name: string, words: Words): string => name.trim() || words.unnamed;

// As the core's.
export const Sign = icons({
  ...{ chain, done, hand, stuck },
  away: shapes.clock,
  following:
    "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M8.6 8a.6.6 0 1 1-1.2 0 .6.6 0 0 1 1.2 0",
  none: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M6 8h4",
  error: "m3 4.5 3.5 3.5L3 11.5M8.5 11.5H13",
});
