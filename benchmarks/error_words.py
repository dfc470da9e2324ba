"""Write the list of words that may stay in an error's message when it leaves a kernel.

    python -m benchmarks.error_words [--check]

The words stand in what CPython's library, NumPy and pandas raise: constant texts of the calls in
their `raise` statements, read by `ast`. A word has no digit, and stands in two files, so that what
only one module names is not in it; one of four small letters or more is plain enough to stand in
one. NumPy and pandas are to be installed.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import re
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

LIST = Path(__file__).parents[1] / "edu_widgets" / "progress" / "error_words.txt"
HEAD = "# Words of errors of CPython, NumPy and pandas; benchmarks/error_words.py writes it.\n"
FILES = 2
"""Files that a word stands in, unless it is a plain one."""

_WORD = re.compile(r"[^\W\d_]+(?:_[^\W\d_]+)*")
_PLAIN = re.compile("[a-z]{4,}")
_MESSAGES = {"msg", "message", "err_msg", "errmsg", "error_message"}
_LEFT_OUT = {"test", "tests", "idlelib", "site-packages", "lib2to3", "turtledemo"}

# What the interpreter itself raises, in C, and no `raise` statement of its library has.
BUILT_IN = """
name is not defined object has no attribute unsupported operand type for and index out of range
list assignment string integer required positional argument arguments missing takes but were given
was can only concatenate not to must be str int float invalid literal with base division by zero
could not convert subscriptable iterable callable too many values unpack expected enough got keyword
unexpected local variable referenced before cannot access where it associated a value
maximum recursion depth exceeded while calling Python unhashable instance instances between the
length does not match shapes aligned operands broadcast together No such file directory module named
Permission denied import from partially initialized most likely due circular truth of an array more
than one element ambiguous Use any all None dict key keys tuple set bool bytes slice range generator
"""


def sources() -> Iterator[Path]:
    roots = [Path(sysconfig.get_paths()["stdlib"])]
    for name in ("numpy", "pandas"):
        found = importlib.util.find_spec(name)
        if found is None or not found.submodule_search_locations:
            sys.exit(f"{name} is not installed")
        roots.append(Path(found.submodule_search_locations[0]))
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            if not _LEFT_OUT & set(path.relative_to(root).parts):
                yield path


def texts(path: Path) -> Iterator[str]:
    """The constant texts of what a file raises."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return
    for scope in ast.walk(tree):
        if _is_raised(scope):
            for node in ast.walk(scope):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def _is_raised(node: ast.AST) -> bool:
    """Return True for a `raise`, and for the message that one may be given in a variable."""
    if isinstance(node, ast.Raise):
        return isinstance(node.exc, ast.Call)
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(name, ast.Name) and name.id in _MESSAGES for name in targets)


def listed() -> list[str]:
    found: dict[str, set[Path]] = defaultdict(set)
    for path in sources():
        for text in texts(path):
            for word in _WORD.findall(text):
                found[word].add(path)
    words = {word for word, paths in found.items() if len(paths) >= FILES or _PLAIN.fullmatch(word)}
    return sorted(words | set(BUILT_IN.split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say how many there would be")
    args = parser.parse_args()
    words = listed()
    print(f"{len(words)} words")
    if not args.check:
        LIST.write_text(HEAD + "\n".join(words) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
