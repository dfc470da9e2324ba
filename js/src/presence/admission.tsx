// Who may be in the course, for staff: the invite, the door, and who is removed.

import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { copyText } from "../core/clipboard";
import { Confirm } from "../core/confirm";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { type MenuGroup, type MenuItem, openMenu } from "../core/menu";
import { isolated } from "../core/text";
import type { Person } from "./documents";
import type { People } from "./people";
import type { Context } from "./words";

/** The groups of the header's menu about admission: a new invite, the door, removed people. */
export function admissionGroups(people: People, words: Context["words"]): MenuGroup[] {
  const { closed, removed, hidden } = people.desk.value;
  const items: MenuItem[] = [
    {
      label: words.newInvite,
      icon: "again",
      run: () => {
        people.renewing.value = true;
      },
    },
    {
      label: closed ? words.openDoor : words.closeDoor,
      icon: "lock",
      run: () => people.door(!closed),
    },
  ];
  const out = removed.map((person) => ({
    label: words.readmit(isolated(person.name.trim() || words.unnamed)),
    run: () => people.readmit(person.id),
  }));
  const groups = [
    { label: words.admission, items },
    { label: words.removedPeople, items: out, none: words.nobodyRemoved },
  ];
  return hidden ? groups.slice(0, 1) : groups;
}

/** Lines under the header about admission: a confirmation, the new invite, the closed door. */
export const AdmissionLine = withHooks(function AdmissionLine(
  { people }: { people: People },
  { words }: Context,
): VNode | null {
  const { can, closed } = useSignal(people.desk);
  const renewing = useSignal(people.renewing);
  const invite = useSignal(people.invite);
  if (!can.includes("manage")) return null;
  const done = (): void => {
    people.renewing.value = false;
  };
  return (
    <>
      {renewing && (
        <Confirm
          question={words.newInviteAsk}
          yes={words.newInvite}
          onYes={() => {
            done();
            people.renew();
          }}
          onNo={done}
        />
      )}
      <div role="status">
        {invite && <Invite people={people} text={invite} />}
        {closed && (
          <p class="doorline">
            <Icon name="lock" />
            <span>{words.doorClosed}</span>
            <Button look="quiet" onClick={() => people.door(false)}>
              {words.openDoor}
            </Button>
          </p>
        )}
      </div>
    </>
  );
});

const Invite = withHooks(function Invite(
  { people, text }: { people: People; text: string },
  { words }: Context,
): VNode {
  const [copied, setCopied] = useState(false);
  const button = useRef<HTMLButtonElement>();
  const copy = async (): Promise<void> => {
    if (button.current) setCopied(await copyText(text, button.current));
  };
  return (
    <p class="doorline">
      <span>
        {words.inviteIs} <bdi class="link">{text}</bdi>
      </span>
      <Button ref={button} look="quiet" onClick={() => void copy()}>
        {copied ? words.copied : words.copyInvite}
      </Button>
      <IconButton
        icon="close"
        label={words.cancel}
        onClick={() => {
          people.invite.value = "";
        }}
      />
    </p>
  );
});

/** The menu of a student's row, and the confirmation of what was chosen in it. */
export const PersonMenu = withHooks(function PersonMenu(
  { people, person }: { people: People; person: Person },
  { words }: Context,
): VNode {
  const [asking, ask] = useState<"" | "one" | "all">("");
  const { closed } = useSignal(people.desk);
  const name = isolated(person.name.trim() || words.unnamed);
  if (asking) {
    const all = asking === "all";
    const question = all ? words.removeAllAsk(name) : words.removeAsk(name);
    return (
      <Confirm
        question={closed ? question : `${question} ${words.removeOpen}`}
        yes={words.remove}
        onYes={() => {
          ask("");
          people.remove(person.id, all);
        }}
        onNo={() => ask("")}
      />
    );
  }
  const onClick = ({ currentTarget: at }: { currentTarget: HTMLElement }): void =>
    openMenu(people.floats, { at }, words.moreOf(name), [
      {
        items: [
          { label: words.removePerson, danger: true, run: () => ask("one") },
          { label: words.removeAll, danger: true, run: () => ask("all") },
        ],
      },
    ]);
  return (
    <IconButton
      icon="dots"
      class="of"
      label={words.moreOf(name)}
      aria-haspopup="menu"
      onClick={onClick}
    />
  );
});
