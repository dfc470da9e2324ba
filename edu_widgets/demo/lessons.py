"""The demo's lessons, and the lines that simulated classmates say in them."""

from dataclasses import dataclass

STUDENT = "student-tour.ipynb"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a classmate; `who` is an index into the cast. `asks`: it is a question."""

    who: int
    text: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class DemoLesson:
    """A lesson: its notebooks on both sides, its course, and the lines of simulated classmates.

    `questions` is the file of the instructor's questions; `needs` names modules that have to be
    installed; `trouble` has pairs of a stuck classmate's note and traceback.
    """

    instructor: str
    script: tuple[Line, ...]
    student: str = STUDENT
    course: str = "py101"
    questions: str = ""
    needs: tuple[str, ...] = ()
    trouble: tuple[tuple[str, str], ...] = (
        ("I do not know how to begin.", ""),
        ("It runs, but it prints nothing.", ""),
        (
            "Same cell worked yesterday.",
            "Cell 4, line 2\n    total = total + row\nNameError: total",
        ),
    )


_HELLO = (
    Line(0, "Good morning! Sound and screen are fine at the back."),
    Line(1, "Günaydın 👋"),
)

_LISTS = (
    *_HELLO,
    Line(2, "Are we in `first-lesson-student.ipynb`?"),
    Line(0, "Yes, the first cell only needs running."),
    Line(3, "I think it prints `[1, 2, 3]`, because only `b` was changed."),
    Line(1, "I expected `[1, 2, 3]` too. Why does `a` change when I never touch it?"),
    Line(
        0,
        "Look at this, they are the same object:\n\n```python\na = [1, 2, 3]\nb = a\n"
        "print(a is b)   # True\n```",
    ),
    Line(2, "Türkçesi: `b = a` yeni bir liste yapmaz, aynı listeye ikinci bir ad verir."),
    Line(4, "So `b = a[:]` would be a copy?"),
    Line(3, "It is for me:\n\n```python\nb = a[:]\nb.append(4)\na            # [1, 2, 3]\n```"),
    Line(4, "And what about a list **inside** a list?", asks=True),
    Line(1, "`copy.deepcopy`, says the documentation. Is that slow?"),
    Line(0, "Only if the list is large, I would guess. Try `%timeit`."),
    Line(2, "> Is that slow?\n\nFor ten elements: 4 µs here. A slice takes 90 ns."),
    Line(3, "Good to know. Can we see both on the screen, please?"),
    Line(4, "My kernel was restarting for a minute, but the chat is all still here. Nice."),
)

# Nothing in the lines below gives away what a vote is about to ask.

_REFERENCES = (
    *_HELLO,
    Line(2, "Do we vote in our own notebook or in yours?"),
    Line(0, "In ours. `lesson.polls` shows it."),
    Line(3, "I drew the boxes on paper, that helps."),
    Line(4, "Is a string a box, too?", asks=True),
    Line(1, "I changed my mind twice. Is that allowed?"),
    Line(0, "Until it closes, yes."),
    Line(2, "Türkçesi: kutu nesnedir, ipteki etiket ise ad."),
    Line(3, "My neighbour and I cannot agree on the third line 😅"),
    Line(4, "How do I see whether two names share a box, without changing it?", asks=True),
    Line(1, "`id(a) == id(b)`, or shorter: `a is b`."),
)

_MISSING = (
    *_HELLO,
    Line(2, "The button put the data into a cell of mine. Ten rows?"),
    Line(0, "Ten rows, five columns."),
    Line(3, "Why is there no rain for Friday? It rained on Friday."),
    Line(1, "An empty cell in Excel is a zero for me. Is it here?", asks=True),
    Line(4, "Row 7 stands nowhere. Which station is that?"),
    Line(2, "Türkçesi: `NaN`, «bilinmiyor» demek; sıfır demek değil."),
    Line(3, "What does one do if *most* of a column is missing?", asks=True),
    Line(0, "`readings.isna().mean()` shows how much it is, by column."),
)

_BROADCASTING = (
    *_HELLO,
    Line(2, "My `.shape` says `(4,)`. Is that a row or a column?", asks=True),
    Line(3, "Neither, I think. It has one axis."),
    Line(1, "I would have written two loops."),
    Line(0, "So would I, last week."),
    Line(4, "Is the `None` in `[:, None]` the same `None`?", asks=True),
    Line(3, "Yes: `np.newaxis is None` says `True`."),
    Line(2, "Türkçesi: şekilleri sağdan hizala."),
    Line(1, "Can we see the shapes in the error message again after this?"),
)

_TOUR = (
    *_HELLO,
    Line(2, "Where do I press when I have a question?"),
    Line(0, "The question mark beside the box."),
    Line(3, "I docked the chat at the right, like you said."),
    Line(4, "Does it keep what I have written when my laptop sleeps?", asks=True),
    Line(1, "It did yesterday on the train 🚂"),
)

_SHAPES = (
    "Cell 7, line 1\n    np.sqrt(places**2 + (places**2).sum(axis=1))\n"
    "ValueError: operands could not be broadcast together with shapes (4,2) (4,)"
)

LESSONS = {
    "first-lesson": DemoLesson(
        "first-lesson-instructor.ipynb", _LISTS, student="first-lesson-student.ipynb"
    ),
    "tour": DemoLesson("instructor-tour.ipynb", _TOUR, course="rehearsal"),
    "live-polls-references": DemoLesson(
        "live-polls-references.ipynb", _REFERENCES, questions="references.md"
    ),
    "missing-data-pandas": DemoLesson(
        "missing-data-pandas.ipynb",
        _MISSING,
        questions="missing-data.md",
        needs=("numpy", "pandas", "matplotlib"),
        trouble=(
            ("I only want to change one row.", "Cell 6, line 1\n    readings[7]\nKeyError: 7"),
            ("My assignment changes nothing.", ""),
            ("Why does the Hill have five measured?", ""),
        ),
    ),
    "broadcasting-numpy": DemoLesson(
        "broadcasting-numpy.ipynb",
        _BROADCASTING,
        questions="broadcasting.md",
        needs=("numpy",),
        trouble=(
            (
                "Why 2 and 4?",
                _SHAPES,
            ),
            ("It is all zeros.", ""),
            ("I have three axes now. And then?", ""),
        ),
    ),
}
"""The lessons by the name that `--lesson` takes."""

DEFAULT = "first-lesson"
