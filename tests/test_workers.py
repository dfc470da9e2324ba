"""The sharing of pytest-xdist's workers by tests."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

from tests.conftest import Scheduling


def test_what_belongs_together_has_one_worker() -> None:
    assert "_split_scope" in vars(LoadScopeScheduling), "what is replaced is not there any more"
    split = Scheduling.__new__(Scheduling)._split_scope
    assert split("tests/lab/test_c.py::test_a") == split("tests/lab/test_d.py::test_b")
    assert split("tests/lab/test_x.py::test_a") == split("tests/lab/test_y.py::test_b")
    assert split("tests/polls/test_a.py::test_a") != split("tests/polls/test_a.py::test_b")
