"""The results, as tables and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from .processes import Memory


@dataclass
class Result:
    """One side's figures with one length of history."""

    #: Milliseconds from Enter to in sight, by block of measurements.
    blocks: list[list[float]] = field(default_factory=list)
    #: Milliseconds from Enter to the text in the page, whether in sight or not.
    there: list[float] = field(default_factory=list)
    #: Payload bytes a message over the WebSockets of the reading page.
    bytes: float = 0
    frames: float = 0
    memory: dict[str, Memory] = field(default_factory=dict)
    #: Milliseconds from loading the page anew to its newest message in sight.
    opens: list[float] = field(default_factory=list)
    #: Percent of a core by group of processes; empty if not measured.
    idle: dict[str, float] = field(default_factory=dict)

    @property
    def times(self) -> list[float]:
        return [one for block in self.blocks for one in block]


@dataclass
class Level:
    """Both sides with one length of history."""

    history: int
    results: dict[str, Result]
    bare_kernel: Memory | None = None
    #: The machine's load average (5 minutes) when the level was done: what else was going on.
    load: float = 0


def p95(times: Sequence[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Return the median and the range of some values."""
    median, low, high = statistics.median(values), min(values), max(values)
    return f"{median:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


def ratios(ours: Result, theirs: Result) -> list[float]:
    """Return the ratios of our medians to theirs, block by block."""
    return [
        statistics.median(mine) / statistics.median(other)
        for mine, other in zip(ours.blocks, theirs.blocks, strict=True)
    ]


def mib(result: Result) -> str:
    """Return memory in MiB, with shared pages divided where the system reports that."""

    def of(one: Memory) -> float:
        return one.rss if one.pss is None else one.pss

    parts = " + ".join(f"{of(one):.0f}" for one in result.memory.values())
    total = sum(of(one) for one in result.memory.values())
    return parts if len(result.memory) == 1 else f"{parts} = {total:.0f}"


def table(levels: Sequence[Level], ours: str, theirs: str) -> str:
    """Return Markdown: times from Enter to the other page, growth with history, and idle CPU."""
    heads: tuple[str, ...] = (
        *("history", f"{ours} p50", "p95", f"{theirs} p50", "p95"),
        *("ratio of medians (of blocks)", "load"),
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for level in levels:
        mine, other = level.results[ours], level.results[theirs]
        whole = statistics.median(mine.times) / statistics.median(other.times)
        blocks = ratios(mine, other)
        lines.append(
            f"| {level.history:,} | {statistics.median(mine.times):.1f} ms | {p95(mine.times):.1f} "
            f"| {statistics.median(other.times):.1f} ms | {p95(other.times):.1f} "
            f"| {whole:.2f} ({min(blocks):.2f}–{max(blocks):.2f}) "
            f"| {level.load:.1f} |"
        )
    groups = " + ".join(levels[0].results[ours].memory)
    heads = (
        "history",
        f"bytes a message: {ours}",
        theirs,
        f"page loaded anew: {ours}",
        theirs,
        f"memory, MiB: {ours} ({groups})",
        f"{theirs} (jupyter server)",
    )
    lines += ["", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for level in levels:
        mine, other = level.results[ours], level.results[theirs]
        opens = [spread([ms / 1000 for ms in side.opens], 2) + " s" for side in (mine, other)]
        lines.append(
            f"| {level.history:,} | {mine.bytes:,.0f} | {other.bytes:,.0f} "
            f"| {opens[0]} | {opens[1]} | {mib(mine)} | {mib(other)} |"
        )
    lines += ["", "| history | nothing happens | process | % of a core |", "|---|---|---|---|"]
    lines += [
        f"| {level.history:,} | {side} | {name} | {percent:.2f} |"
        for level in levels
        for side, result in level.results.items()
        for name, percent in result.idle.items()
    ]
    bare = next((level.bare_kernel for level in levels if level.bare_kernel), None)
    if bare:
        of = f"{bare.rss:.0f} MiB resident" + ("" if bare.pss is None else f", {bare.pss:.0f} PSS")
        lines += ["", f"a bare kernel beside them: {of}"]
    return "\n".join(lines)


def as_json(about: dict[str, object], levels: Sequence[Level]) -> dict[str, object]:
    """Return all results, with every single time."""
    return {
        "about": about,
        "levels": [
            {
                **asdict(level),
                "summary": {
                    name: {
                        "n": len(result.times),
                        "p50_ms": statistics.median(result.times),
                        "p95_ms": p95(result.times),
                        "there_p50_ms": statistics.median(result.there),
                        "open_p50_ms": statistics.median(result.opens),
                        "rss_mib": sum(one.rss for one in result.memory.values()),
                    }
                    for name, result in level.results.items()
                },
            }
            for level in levels
        ],
    }
