"""The identities that pages claim."""

from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.notebook.viewers.claims import (
    OUTSIDE,
    OWNER,
    Claim,
    Claims,
    Identity,
    Place,
    Remembered,
    read_claim,
)

ADA, BOB = Claim(Identity("ada", "Ada")), Claim(Identity("bob", "Bob"))
IO = Claim(Identity("a" * 32, "Anonymous Io", anonymous=True))
PAN = Claim(Identity("b" * 32, "Anonymous Pan", anonymous=True))
SILENT = Claim()


def claims(**sessions: Claim) -> Claims:
    made = Claims()
    for session, claim in sessions.items():
        made.claim(session, claim)
    return made


def standing(made: Claims, session: str) -> str:
    place = made.place(session)
    return "" if place is None else place.standing


def test_who_ran_the_cell_owns_the_lesson_whoever_shows_it_first() -> None:
    made = Claims()
    made.began("s1")
    made.claim("s2", BOB)
    assert made.place("s2") == OWNER, "as far as is known"
    made.claim("s1", ADA)
    assert made.place("s1") == OWNER
    assert made.place("s2") == Place("viewer", "bob", "Bob")
    made.began("s2")
    assert made.place("s1") == OWNER, "later runs change nothing"


def test_a_session_keeps_its_first_claim() -> None:
    made = claims(s1=ADA, s2=BOB)
    made.claim("s2", ADA)
    assert made.place("s2") == Place("viewer", "bob", "Bob")


def test_a_reload_and_another_kernel_keep_who_is_who() -> None:
    made = claims(s1=ADA, s2=BOB)
    made.claim("s3", ADA)
    assert made.place("s3") == OWNER
    later = Claims(made.remembered)
    later.began("t1")
    later.claim("t1", BOB)
    assert later.place("t1") == Place("viewer", "bob", "Bob"), "also if Bob runs the cell"
    later.claim("t2", ADA)
    assert later.place("t2") == OWNER


def test_no_answer_is_read_only_once_somebody_else_is_there() -> None:
    assert claims(s1=SILENT).place("s1") == OWNER
    made = claims(s1=ADA, s2=SILENT)
    assert standing(made, "s2") == "reader"
    made.name("s2", "Jun")
    assert made.place("s2") == Place("viewer", "said Jun", "Jun")
    both = claims(s1=SILENT, s2=SILENT)
    assert (both.place("s1"), standing(both, "s2")) == (OWNER, "reader")
    before = claims(s1=SILENT)
    before.claim("s2", ADA)
    assert standing(before, "s1") == "reader", "who does not say who they are owns nothing"


def test_outside_jupyter_there_is_one_person() -> None:
    assert [claims(s1=OUTSIDE, s2=OUTSIDE).place(s) for s in ("s1", "s2")] == [OWNER, OWNER]
    assert standing(claims(s1=ADA, s2=OUTSIDE), "s2") == "reader"


def test_a_browser_without_a_name_is_the_owner_until_the_owner_says_otherwise() -> None:
    made = claims(s1=IO, s2=PAN)
    assert made.place("s2") == OWNER
    assert [one.id for one in made.asked()] == ["b" * 32]
    assert (made.is_owner("s1"), made.is_owner("s2")) == (True, False)
    made.same("b" * 32, same=False)
    assert (standing(made, "s2"), made.asked()) == ("reader", [])
    made.name("s2", "Lina")
    assert made.place("s2") == Place("viewer", "b" * 32, "Lina")
    later = Claims(made.remembered)
    later.claim("t1", PAN)
    assert later.place("t1") == Place("viewer", "b" * 32, "Lina"), "a later kernel knows, too"
    mine = claims(s1=IO, s2=PAN)
    mine.same("b" * 32, same=True)
    assert (mine.place("s2"), mine.is_owner("s2")) == (OWNER, True)


def test_who_is_taken_for_another_reads_and_says_who_they_are() -> None:
    made = claims(s1=ADA, s2=BOB, s3=BOB, s4=ADA)
    for session in ("s2", "s4", "nobody"):
        made.deny(session)
    assert (standing(made, "s2"), standing(made, "s4")) == ("reader", "reader")
    assert (made.is_owner("s4"), made.place("nobody")) == (False, None)
    made.name("s2", "Lina")
    assert made.place("s2") == Place("viewer", "said Lina", "Lina")
    assert made.place("s3") == Place("viewer", "bob", "Bob"), "of another page nothing was said"
    made.deny("s2")
    assert standing(made, "s2") == "reader", "nor Lina"
    alone = claims(s1=SILENT)
    alone.deny("s1")
    assert standing(alone, "s1") == "reader"


def test_the_owner_is_not_renamed_by_a_page() -> None:
    made = claims(s1=ADA)
    made.name("s1", "Eve")
    made.name("nobody", "Eve")
    assert made.place("s1") == OWNER
    assert made.place("nobody") is None, "who has not said who they are is shown nothing"
    assert Claims().place("nobody") == OWNER, "but where nobody has, there is one person"


def test_what_a_page_says_is_read_carefully() -> None:
    assert read_claim({"username": "ada", "name": "Ada", "display_name": None}) == ADA
    assert read_claim({"username": "ada"}).identity == Identity("ada", "ada")
    assert read_claim({"username": "c" * 32, "display_name": "Anonymous Io"}).identity == Identity(
        "c" * 32, "Anonymous Io", anonymous=True
    )
    odds: list[object] = [
        None,
        True,
        0,
        [],
        {"id": ""},
        {"id": 7},
        {"id": "x" * 201},
        {"name": "Ada"},
    ]
    assert {read_claim(odd) for odd in odds} == {SILENT}


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([ADA, BOB, IO, SILENT]))))
def test_there_is_one_owner_at_most_among_the_named(steps: list[tuple[str, Claim]]) -> None:
    made = Claims(Remembered())
    first: dict[str, Claim] = {}
    for session, claim in steps:
        made.claim(session, claim)
        first.setdefault(session, claim)
    owners = {c.identity.id for s, c in first.items() if c.identity and made.place(s) == OWNER}
    assert len(owners - {"a" * 32}) <= 1


def test_many_sessions_are_bounded() -> None:
    made = Claims()
    for number in range(1_000):
        made.claim(f"s{number}", IO)
    assert len(made._sessions) == 256
