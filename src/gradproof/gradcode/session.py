"""One function and one formula: points drawn, the function called, the numbers compared, the findings put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np

from gradproof.checking.hypotheses import hypotheses
from gradproof.expr import Context
from gradproof.gradcode.answers import Answers, collect
from gradproof.gradcode.calling import did
from gradproof.gradcode.edited import squeezed
from gradproof.gradcode.explaining import explain, numbers_trouble, raised
from gradproof.gradcode.failures import CannotCheck
from gradproof.gradcode.fit import fit, poorest
from gradproof.gradcode.habits import habits
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.parameters import Matched, match_parameters
from gradproof.gradcode.question import Asked
from gradproof.gradcode.report import CodeFinding, CodeReport, Outcome
from gradproof.gradcode.running import MEMORY, SECONDS, Child, Here
from gradproof.gradcode.structure import constant
from gradproof.gradcode.trouble import Probe, probes
from gradproof.gradcode.truth import MORE, Points, draw, square, wider
from gradproof.spell import name_plain

ASSUMED: Final = frozenset({"constraint-assumed", "label-assumed", "size-assumed"})
"""Kinds of unstated assumptions under which code that differs may be meant."""

VAGUE: Final = frozenset({"unexplained-difference", "shape-mismatch"})
"""Names of differences that no known mistake explains."""

Told = Callable[[str], None]


@final
@dataclass(frozen=True, slots=True)
class Options:
    """How the function is run; see `gradproof.gradcheck`."""

    backend: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    columns: bool = False
    seconds: float = SECONDS
    memory: int = MEMORY


@final
class Session:
    """One function and one formula."""

    def __init__(
        self, asked: Asked, runner: Child | Here, options: Options, shown: str, told: Told
    ) -> None:
        self.asked = asked
        self.runner = runner
        self.options = options
        self.shown = shown
        self.told = told
        self.matched: Matched = match_parameters(runner.parameters, asked, options.arguments)
        self.backend = options.backend or "numpy"
        self.notes: list[str] = list(asked.assumptions)
        self.wrt = self._wrt()

    def _wrt(self) -> list[str]:
        """Return the parameters of the variables; a backward pass needs them."""
        out: list[str] = []
        for name in self.asked.variables:
            parameter = self.matched.parameter_of(name)
            if parameter is None and self.runner.kind != "function":
                raise CannotCheck(
                    f"{self.shown} takes no {name_plain(name)}, by which its backward is to be checked; "
                    f"say which parameter it is (--arg NAME={name_plain(name)})"
                )
            out.append(parameter or "")
        return out

    def call(self, *sets: Points) -> list[Answers]:
        """Call the function at the points of several sets."""
        calls = [c for s in sets for c in s.arguments]
        request: dict[str, Any] = {
            "calls": calls,
            "wrt": self.wrt,
            "backend": self.backend,
            "columns": self.options.columns,
        }
        results = self.runner.call(request)
        out: list[Answers] = []
        start = 0
        for s in sets:
            own = results[start : start + len(s.arguments)]
            start += len(s.arguments)
            out.append(collect(own, self.asked.variables, s.gradients))
        return out

    def report(self, *, here: bool) -> CodeReport:
        """Compare and say what was found."""
        if here:
            self.notes.append(
                "the function cannot be imported by another process, so it ran in this one, without limits of "
                "time and memory"
            )
        self.told("drawing points")
        context = self.asked.context
        first = draw(self.asked, self.matched, context)
        second = draw(self.asked, self.matched, wider(context, first.samples), points=MORE, seed=1)
        tried = list(probes(self.asked, self.matched, first))
        self.told("calling the function")
        sets = [first, second]
        answers = self._called(sets, tried)
        if answers[0].all_raised:
            sets, answers = self._with_equal_sizes(answers[0])
            tried = []
        self._printed()
        main = list(zip(sets, answers, strict=False))
        agreeing = main
        self.told("comparing")
        wrong = [k for k in range(len(self.asked.questions)) if not _agrees(main, k)]
        findings: list[CodeFinding] = []
        if wrong:
            excused = self._excused(wrong)
            if excused is not None:
                note, agreeing = excused
                self.notes.append(note)
                wrong = []
        for k in wrong:
            self.told(f"looking for the slip in the gradient by {self.asked.variables[k]}")
            findings += self._explained(k, main)
        findings += raised(main)
        findings += habits(main, findings)
        edges = [] if any(f.mistake == "not-finite" for f in findings) else answers[2:]
        findings += numbers_trouble(self.asked, main, list(zip(tried, edges, strict=False)))
        return self._finished(agreeing, findings, wrong)

    def _called(self, sets: Sequence[Points], tried: Sequence[Probe]) -> list[Answers]:
        """Call at all points; with another library where arrays of NumPy are refused everywhere."""
        answers = self.call(*sets, *(p.points for p in tried))
        if not answers[0].all_raised or self.options.backend is not None:
            return answers
        for other in ("torch", "jax"):
            if (
                other in answers[0].errors[0].casefold()
                or "tensor" in answers[0].errors[0].casefold()
            ):
                self.backend = other
                again = self.call(*sets, *(p.points for p in tried))
                if not again[0].all_raised:
                    self.notes.append(
                        f"the function is given arrays of {other}: it refuses those of numpy"
                    )
                    return again
                self.backend = "numpy"
        return answers

    def _with_equal_sizes(self, failed: Answers) -> tuple[list[Points], list[Answers]]:
        """Call a function that fails for sizes that differ with sizes that are equal.

        Raises:
            CannotCheck: it fails there, too.
        """
        error = failed.errors[0]
        where = "".join(f"\n  {line}" for line in failed.lines)
        context = self.asked.context
        points = draw(self.asked, self.matched, context)
        free = points.samples.sizes
        if len(set(free) - set(context.sizes)) > 1:
            first = draw(self.asked, self.matched, square(context, _samples(self, context), 3))
            second = draw(
                self.asked,
                self.matched,
                square(context, _samples(self, context), 4),
                points=MORE,
                seed=1,
            )
            answers = self.call(first, second)
            if not answers[0].all_raised:
                sizes = ", ".join(f"{n} = {s}" for n, s in free.items())
                self.notes.append(
                    f"with {sizes} the function {did(error)}{where}\n  so it was called with equal sizes"
                )
                return [first, second], answers
        hint = ""
        if not self.options.backend and any(w in error for w in ("ndarray", "'float'")):
            hint = "; if it wants tensors, say --backend torch or --backend jax"
        given = f"\n  called with {_passed(points)}" if did(error) != error else ""
        raise CannotCheck(f"{self.shown} {did(error)}{hint}{where}{given}")

    def _printed(self) -> None:
        said = self.runner.printed.strip()
        if said:
            first = said.splitlines()[0][:80]
            self.notes.append(f"the function prints, which is left out here; it begins {first!r}")

    def _excused(self, wrong: Sequence[int]) -> tuple[str, list[tuple[Points, Answers]]] | None:
        """Return the unstated assumption under which the code is right and where it was tried, None without one."""
        for h_context, message in self._hypotheses(wrong):
            sets = self._under(h_context)
            count = range(len(self.asked.questions))
            if sets is not None and all(_agrees(sets, k) for k in count):
                return message.replace("the line holds", "the code agrees"), sets
        return None

    def _explained(self, k: int, main: Sequence[tuple[Points, Answers]]) -> list[CodeFinding]:
        """Return what is said of a wrong gradient; where nothing is known, under unstated assumptions, too."""
        found = explain(self.asked, k, self.matched, main)
        if found[0].mistake not in VAGUE:
            return found
        if _constant(main, k):
            return explain(self.asked, k, self.matched, main, deep=True)
        for h_context, message in self._hypotheses([k]):
            sets = self._under(h_context)
            if sets is None:
                continue
            other = explain(self.asked, k, self.matched, sets)
            if other[0].mistake not in VAGUE:
                self.notes.append(message.replace("the line holds", "the slip is told"))
                return other
        return explain(self.asked, k, self.matched, main, deep=True)

    def _under(self, context: Context) -> list[tuple[Points, Answers]] | None:
        """Call the function at points of another context; None where that fails."""
        try:
            first = draw(self.asked, self.matched, context, points=MORE)
            larger = wider(context, first.samples)
            second = draw(self.asked, self.matched, larger, points=MORE, seed=1)
        except CannotCheck:
            return None
        answers = self.call(first, second)
        if any(a.all_raised for a in answers):
            return None
        return list(zip((first, second), answers, strict=True))

    def _hypotheses(self, wrong: Sequence[int]) -> list[tuple[Context, str]]:
        out: dict[str, Context] = {}
        for k in wrong:
            q = self.asked.questions[k]
            goal = self.asked.goals[k]
            for h in hypotheses(
                goal, q.value, self.asked.context,
                example_cue=False, case_cue=False, structures=frozenset(),
            ):  # fmt: skip
                if h.kind in ASSUMED:
                    out.setdefault(h.message, h.context)
        return [(c, m) for m, c in out.items()]

    def _finished(
        self,
        main: Sequence[tuple[Points, Answers]],
        findings: list[CodeFinding],
        wrong: Sequence[int],
    ) -> CodeReport:
        verdict: Outcome = "differs" if any(f.severity == "error" for f in findings) else "agrees"
        digits = 0
        if not wrong:
            digits = min(
                fit(_shaped(a.gradients[k], p.gradients[k]), p.gradients[k]).digits
                for p, a in main
                for k in range(len(self.asked.questions))
            )
        points = sum(p.samples.points for p, _ in main)
        ordered = sorted(findings, key=lambda f: f.severity != "error")
        return CodeReport(
            self.shown, verdict, points, digits, tuple(ordered), tuple(dict.fromkeys(self.notes))
        )


def _constant(main: Sequence[tuple[Points, Answers]], k: int) -> bool:
    """Tell whether the numbers are a multiple of the right ones, which no assumption changes."""
    sets = [(p, squeezed(a.gradients[k]), squeezed(p.gradients[k])) for p, a in main]
    return sets[0][1].shape == sets[0][2].shape and constant(sets) is not None


def _passed(points: Points) -> str:
    """Say what the function was given: numbers, and shapes of arrays."""
    told: list[str] = []
    for name, value in points.arguments[0].items():
        if isinstance(value, int):
            told.append(f"{name} = {value}")
        else:
            shape = tuple(value["shape"])
            told.append(f"{name} of shape {shape}" if shape else f"a number {name}")
    return ", ".join(told)


def _samples(session: Session, context: Context) -> Any:
    return draw(session.asked, session.matched, context).samples


def _shaped(code: Floats, right: Floats) -> Floats:
    """Return the code's array in the right shape where only axes of one entry are more or fewer."""
    keep = [n for n in code.shape[1:] if n != 1]
    return code.reshape(right.shape) if keep == [n for n in right.shape[1:] if n != 1] else code


def _agrees(main: Sequence[tuple[Points, Answers]], k: int) -> bool:
    """Tell whether the code gives the gradient by one variable at all points, as closely as its numbers can."""
    for points, answers in main:
        if answers.all_raised:
            return False
        right = points.gradients[k]
        enough = poorest(answers.types[k])
        found = fit(_shaped(answers.gradients[k], right), right, enough, points.blurs[k])
        usable = np.isfinite(found.errors)
        if found.closeness == "none" or 2 * int(usable.sum()) < len(usable):
            return False
    return True
