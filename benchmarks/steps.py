"""Single steps, right and wrong: Gradproof beside SymPy's ``simplify(a - b) == 0`` and Math-Verify.

Each line of the file is a JSON object with ``left`` and ``right`` (TeX), ``declare`` (facts in TeX), ``true``
and ``why``. Per pair and round each tool judges the step once, one after the other in turning order. What is
timed, in warm processes:

- ``gradproof``: a document of one row under its declarations, as ``gradproof check`` does it: reading, judging and,
  where the step is wrong, the counterexample and the diagnosis;
- ``… judging alone``: `judge_pair` on the two sides as read;
- ``simplify``: SymPy's ``doit`` and ``simplify`` on trees that are built beforehand, untimed, with sizes 2 (see
  `_sympy_peer`); its cache is cleared before each pair, since a new step is not in it;
- ``math-verify``: parsing and ``verify`` (it reads TeX itself; ``\\log`` is handed to it as ``\\ln``, because it takes
  it to the base 10). It runs in the interpreter named by ``--math-verify`` and is left out where that has none.

The peers run in processes of their own, which are ended at the time limit.

Usage: ``python benchmarks/steps.py [PATH.jsonl] [--rounds N] [--limit SECONDS] [--math-verify PYTHON] [--show]``
"""

import argparse
import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import Any

HERE = Path(__file__).resolve().parent
EQUAL, DIFFERENT, NONE = "equal", "different", "none"
MEANS = {"proved": EQUAL, "agrees": EQUAL, "refuted": DIFFERENT}

Step = dict[str, Any]
Answer = tuple[str, float, str]
"""Verdict, seconds, and what the tool said."""


def read_steps(path: Path) -> list[Step]:
    """Read the pairs."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def document(step: Step) -> str:
    """Return the step as a document of one row."""
    return f"$$\n{step['left']} = {step['right']}\n$$\n"


# --- Gradproof ------------------------------------------------------------------------------------


def whole_check(step: Step) -> Answer:
    """Check the step as a document."""
    from gradproof.batch import check_source

    text = document(step)
    start = perf_counter()
    report = check_source("step.md", text, declarations=step["declare"])
    seconds = perf_counter() - start
    line = report.lines[-1]
    return MEANS.get(line.verdict, NONE), seconds, line.reason or line.verdict


def sides_of(step: Step) -> tuple[Any, Any, Any]:
    """Return the two sides as read, and their context."""
    from gradproof.notation.documents import read_document
    from gradproof.notation.elaborate import read_derivation

    derivation = read_derivation(read_document("step.md", document(step)), step["declare"])
    line = derivation.lines[-1]
    left, right = line.readings[0].claims[0].sides
    return left, right, derivation.contexts[line.scope][0]


def judging_alone(step: Step) -> Answer:
    """Judge the two sides as read."""
    from gradproof.checking import judge_pair

    sides = sides_of(step)
    start = perf_counter()
    outcome = judge_pair(*sides)
    seconds = perf_counter() - start
    return MEANS.get(outcome.verdict, NONE), seconds, outcome.reason or outcome.verdict


# --- the peers, each in a process of its own ------------------------------------------------------


def serve(answer: Callable[[Step], Answer]) -> None:
    """Answer one step a line on standard input until it ends."""
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception as e:
            found = (NONE, 0.0, f"{type(e).__name__}: {e}"[:200])
        print(json.dumps(found), flush=True)


def simplify_server() -> Callable[[Step], Answer]:
    """Return what SymPy answers."""
    from _sympy_peer import Converter, equal, instances
    from sympy.core.cache import clear_cache

    def answer(step: Step) -> Answer:
        left, right, context = sides_of(step)
        pairs = list(instances(left, right, context))
        known = Converter(context).constraints()
        clear_cache()
        start = perf_counter()
        same = equal(pairs, known)
        return EQUAL if same else DIFFERENT, perf_counter() - start, ""

    return answer


def math_verify_server() -> Callable[[Step], Answer]:
    """Return what Math-Verify answers."""
    from math_verify import parse, verify

    def answer(step: Step) -> Answer:
        sides = [re.sub(r"\\log(?!_)", r"\\ln", step[k]) for k in ("left", "right")]
        start = perf_counter()
        a, b = (parse(f"${side}$", parsing_timeout=None) for side in sides)
        unread = not all(any(not isinstance(x, str) for x in found) for found in (a, b))
        same = verify(a, b, timeout_seconds=None)
        seconds = perf_counter() - start
        if unread and not same:
            return NONE, seconds, "not parsed"
        return EQUAL if same else DIFFERENT, seconds, ""

    return answer


SERVERS = {"simplify": simplify_server, "math-verify": math_verify_server}


class Peer:
    """A peer in a process of its own; one that does not answer in time is ended and started anew."""

    def __init__(self, name: str, python: str, limit: float) -> None:
        self.name, self.python, self.limit = name, python, limit
        self.late: set[str] = set()
        self.process: subprocess.Popen[str] | None = None
        self.answers: queue.Queue[str] = queue.Queue()

    def start(self) -> None:
        """Start the process and wait until it is warm.

        Raises:
            RuntimeError: it does not start.
        """
        command = [self.python, str(HERE / "steps.py"), "--serve", self.name]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.answers = queue.Queue()
        threading.Thread(
            target=self._listen, args=(self.process, self.answers), daemon=True
        ).start()
        try:
            first = self.answers.get(timeout=120)
        except queue.Empty:
            first = ""
        if not first:
            self.stop()
            raise RuntimeError(f"{self.name} does not start with {self.python}")

    @staticmethod
    def _listen(process: "subprocess.Popen[str]", answers: "queue.Queue[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            answers.put(line)
        answers.put("")

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __call__(self, step: Step) -> Answer:
        """Return the peer's answer; one that was late once is not asked again."""
        if step["id"] in self.late:
            return NONE, self.limit, "time limit"
        if self.process is None:
            self.start()
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(step) + "\n")
        self.process.stdin.flush()
        try:
            line = self.answers.get(timeout=self.limit)
        except queue.Empty:
            line = ""
        if line:
            verdict, seconds, said = json.loads(line)
            return verdict, seconds, said
        self.stop()
        self.late.add(step["id"])
        return NONE, self.limit, "time limit"


# --- the run --------------------------------------------------------------------------------------


@dataclass
class Score:
    """What one tool said of every pair, and how long it took: per pair one entry a round."""

    verdicts: dict[str, Answer] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, step: Step, answer: Answer) -> None:
        """Record one answer."""
        self.verdicts.setdefault(step["id"], answer)
        self.seconds.setdefault(step["id"], []).append(answer[1])

    def times(self, steps: Sequence[Step]) -> list[float]:
        """Return the median seconds of each pair."""
        return sorted(median(self.seconds[s["id"]]) for s in steps)

    def count(self, steps: Sequence[Step], true: bool, verdict: str) -> int:
        """Count pairs by truth and verdict."""
        return sum(s["true"] == true and self.verdicts[s["id"]][0] == verdict for s in steps)


def quantile(times: Sequence[float], share: float) -> float:
    """Return the value below which that share of the sorted times lies."""
    return times[min(len(times) - 1, int(share * len(times)))]


def describe(steps: Sequence[Step], scores: dict[str, Score]) -> str:
    """Return the table."""
    right = sum(s["true"] for s in steps)
    wide = max(map(len, scores))
    out = [
        f"{len(steps)} steps: {right} right, {len(steps) - right} wrong",
        f"{'':{wide}}  right ones   wrong ones   false        wrong ones  without",
        f"{'':{wide}}  confirmed    found        accusations  passed      verdict   "
        f"{'median':>9} {'mean':>9} {'99 %':>9} {'worst':>9}",
    ]
    for name, score in scores.items():
        silent = sum(score.count(steps, t, NONE) for t in (True, False))
        times = [1e3 * t for t in score.times(steps)]
        out.append(
            f"{name:{wide}}  {score.count(steps, True, EQUAL):<12} {score.count(steps, False, DIFFERENT):<12} "
            f"{score.count(steps, True, DIFFERENT):<12} {score.count(steps, False, EQUAL):<11} {silent:<9} "
            f"{median(times):6.1f} ms {fmean(times):6.1f} ms {quantile(times, 0.99):6.0f} ms {times[-1]:6.0f} ms"
        )
    ours = scores["gradproof"]
    for name, score in scores.items():
        if name == "gradproof":
            continue
        each = [median(score.seconds[s["id"]]) / median(ours.seconds[s["id"]]) for s in steps]
        total = fmean(score.times(steps)) / fmean(ours.times(steps))
        out.append(
            f"{name} / gradproof: mean {total:.2f}, median over the pairs {median(each):.2f}"
        )
    for truth in (True, False):
        times = ours.times([s for s in steps if s["true"] == truth])
        word = "right" if truth else "wrong"
        out.append(f"gradproof, {word} steps alone: median {1e3 * median(times):.1f} ms")
    return "\n".join(out)


def peers(arguments: argparse.Namespace) -> dict[str, Peer]:
    """Start the peers; one that does not start is named and left out."""
    out: dict[str, Peer] = {}
    for name, python in (("simplify", sys.executable), ("math-verify", arguments.math_verify)):
        peer = Peer(name, python, arguments.limit)
        try:
            peer.start()
        except (OSError, RuntimeError) as e:
            print(f"{name} is left out: {e}; is it installed there?")
        else:
            out[name] = peer
    return out


def main() -> int:
    """Run all tools over the file and print the table; 1 where Gradproof accuses or passes falsely."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?", default=HERE / "steps.jsonl")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--limit", type=float, default=20.0, help="seconds a peer may take for a pair"
    )
    parser.add_argument(
        "--math-verify", default=sys.executable, metavar="PYTHON", help="an interpreter that has it"
    )
    parser.add_argument("--show", action="store_true", help="print every verdict that is not right")
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(SERVERS[arguments.serve]())
        return 0

    from _timing import pin_threads

    pin_threads()
    steps = read_steps(arguments.path)
    tools: dict[str, Callable[[Step], Answer]] = {
        "gradproof": whole_check,
        "… judging alone": judging_alone,
    }
    started = peers(arguments)
    tools.update(started)
    for step in steps[:2]:
        for tool in tools.values():
            tool(step)
    scores = {name: Score() for name in tools}
    names = list(tools)
    for turn in range(arguments.rounds):
        for k, step in enumerate(steps):
            start = (turn + k) % len(names)
            for name in names[start:] + names[:start]:
                scores[name].add(step, tools[name](step))
    for peer in started.values():
        peer.stop()
    if arguments.show:
        for step in steps:
            want = EQUAL if step["true"] else DIFFERENT
            for name, score in scores.items():
                verdict, _, said = score.verdicts[step["id"]]
                if verdict != want:
                    print(f"{name}: {step['id']} is {want}, said {verdict} {said}")
    print(describe(steps, scores))
    ours = scores["gradproof"]
    return int(ours.count(steps, True, DIFFERENT) + ours.count(steps, False, EQUAL) > 0)


if __name__ == "__main__":
    sys.exit(main())
