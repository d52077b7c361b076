"""Comparing a function with a formula: read, draw, call, compare, name what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np

from gradproof.checking.hypotheses import hypotheses
from gradproof.evaluate import Unsupported
from gradproof.expr import Context
from gradproof.gradcode.answers import Answers, collect
from gradproof.gradcode.explaining import explain, numbers_trouble, raised
from gradproof.gradcode.failures import CannotCheck
from gradproof.gradcode.fit import Closeness, fit
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.parameters import Matched, match_parameters
from gradproof.gradcode.question import Asked, ask
from gradproof.gradcode.report import CodeFinding, CodeReport, Outcome
from gradproof.gradcode.running import MEMORY, SECONDS, Child, Here
from gradproof.gradcode.target import Target, find_target, parse_target
from gradproof.gradcode.trouble import Probe, probes
from gradproof.gradcode.truth import MORE, Points, draw, square, wider
from gradproof.spell import name_plain

ASSUMED: Final = frozenset({"constraint-assumed", "label-assumed", "size-assumed"})
"""Kinds of unstated assumptions under which code that differs may be meant."""

VAGUE: Final = frozenset({"unexplained-difference", "shape-mismatch"})
"""Names of differences that no known mistake explains."""

ALIASED: Final = frozenset({"unexplained-difference", "value-overwritten"})
"""Names of differences for which an argument that was written to is the reason."""

BACKENDS: Final = ("numpy", "torch", "jax")


@final
@dataclass(frozen=True, slots=True)
class Options:
    """How the function is run; see `gradproof.gradcheck`."""

    backend: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    columns: bool = False
    seconds: float = SECONDS
    memory: int = MEMORY


Told = Callable[[str], None]


def check_code(
    formulas: Sequence[str],
    function: str | Callable[..., object],
    wrt: Sequence[str],
    declare: Sequence[str] = (),
    options: Options | None = None,
    told: Told = lambda _: None,
) -> CodeReport:
    """Compare a function with the gradient of a formula.

    Args:
        formulas: the formula and its definitions in TeX.
        function: where it stands (``file.py:name``), or the function.
        wrt: the variables, in TeX or as identifiers.
        declare: facts in TeX.
        options: how it is run.
        told: is called with what is being done, for a display of progress.

    Raises:
        CannotCheck: the function cannot be found, called or compared.
        CannotDerive: the formula cannot be read.
    """
    options = options or Options()
    if options.backend is not None and options.backend not in BACKENDS:
        raise CannotCheck(
            f"there is no backend {options.backend!r}; expected one of {', '.join(BACKENDS)}"
        )
    told("reading the formula")
    try:
        asked = ask(formulas, wrt, declare)
    except Unsupported as failure:
        raise CannotCheck(
            f"the formula cannot be evaluated: {failure.reason}; declare the shapes and domains of its symbols "
            r"(--declare 'X \in \mathbb{R}^{m \times n}'), or write it with the functions and sums that it stands for"
        ) from None
    target = parse_target(function) if isinstance(function, str) else find_target(function)
    told("importing the function")
    with _runner(function, target, options) as runner:
        shown = target.shown if target is not None else getattr(function, "__name__", "function")
        session = _Session(asked, runner, options, shown, told)
        return session.report(here=target is None)


def _runner(
    function: str | Callable[..., object], target: Target | None, options: Options
) -> Child | Here:
    backend = options.backend or "numpy"
    if target is None:
        assert not isinstance(function, str)
        return Here(function, backend)
    return Child(target, backend, seconds=options.seconds, memory=options.memory)


@final
class _Session:
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
        self.told("comparing")
        wrong = [k for k in range(len(self.asked.questions)) if not _agrees(main, k)]
        findings: list[CodeFinding] = []
        if wrong:
            excused = self._excused(wrong)
            if excused is not None:
                self.notes.append(excused)
                wrong = []
        for k in wrong:
            self.told(f"looking for the slip in the gradient by {self.asked.variables[k]}")
            findings.append(self._explained(k, main))
        findings += raised(main)
        findings += self._habits(main, findings)
        findings += numbers_trouble(self.asked, main, list(zip(tried, answers[2:], strict=False)))
        return self._finished(main, findings, wrong)

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
        free = draw(self.asked, self.matched, context).samples.sizes
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
                    f"with {sizes} the function raises {error}{where}\n  so it was called with equal sizes"
                )
                return [first, second], answers
        hint = (
            ""
            if self.options.backend
            else "; if it wants tensors, say --backend torch or --backend jax"
        )
        raise CannotCheck(f"{self.shown} raises {error}{hint}{where}")

    def _printed(self) -> None:
        said = self.runner.printed.strip()
        if said:
            first = said.splitlines()[0][:80]
            self.notes.append(f"the function prints, which is left out here; it begins {first!r}")

    def _excused(self, wrong: Sequence[int]) -> str | None:
        """Return the unstated assumption under which the code is right, None where there is none."""
        for h_context, message in self._hypotheses(wrong):
            sets = self._under(h_context)
            count = range(len(self.asked.questions))
            if sets is not None and all(_agrees(sets, k, "double") for k in count):
                return message.replace("the line holds", "the code agrees")
        return None

    def _explained(self, k: int, main: Sequence[tuple[Points, Answers]]) -> CodeFinding:
        """Return what is said of a wrong gradient; where nothing is known, under unstated assumptions, too."""
        found = explain(self.asked, k, self.matched, main)
        if found.mistake not in VAGUE:
            return found
        for h_context, message in self._hypotheses([k]):
            sets = self._under(h_context)
            if sets is None:
                continue
            other = explain(self.asked, k, self.matched, sets)
            if other.mistake not in VAGUE:
                self.notes.append(message.replace("the line holds", "the slip is told"))
                return other
        return found

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

    def _habits(
        self, main: Sequence[tuple[Points, Answers]], findings: list[CodeFinding]
    ) -> list[CodeFinding]:
        """Return what is said of functions that write into their arguments, or remember earlier calls.

        Where a gradient is wrong for no known reason and an argument was written to, that is the reason.
        """
        _, answers = main[0]
        changed = tuple(dict.fromkeys(n for _, a in main for n in a.changed))
        repeated = all(
            fit(b, a, "double").closeness != "none"
            for _, one in main
            for a, b in zip(one.gradients, one.again, strict=True)
        )
        if changed:
            names = ", ".join(changed)
            told = f"the function writes into its argument{'s' * (len(changed) > 1)} {names}"
            after = (
                ""
                if repeated
                else "; called again with the same arrays it returns another gradient"
            )
            vague = [f for f in findings if f.mistake in ALIASED]
            for f in vague:
                findings.remove(f)
            named = len(findings) > 0
            what = next((f.message for f in vague if f.computed_plain is not None), None)
            copy = f"work on a copy ({changed[0]} = {changed[0]}.copy()), and write a = a - b for a -= b"
            said = f"{told}{after}; {copy}" if what is None else f"{told}: {what}; {copy}"
            return [
                CodeFinding(
                    "input-overwritten",
                    "warning" if (repeated and not vague) or named else "error",
                    said,
                    counterexample=vague[0].counterexample if vague else None,
                )
            ]
        if not repeated:
            return [
                CodeFinding(
                    "not-repeatable",
                    "error",
                    "called twice with the same arrays the function returns two gradients: it keeps something "
                    "from call to call, or draws random numbers",
                )
            ]
        if answers.reused:
            return [
                CodeFinding(
                    "result-overwritten",
                    "warning",
                    "a second call writes into the array that the first one returned: return a copy",
                )
            ]
        return []

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


def _samples(session: _Session, context: Context) -> Any:
    return draw(session.asked, session.matched, context).samples


def _shaped(code: Floats, right: Floats) -> Floats:
    """Return the code's array in the right shape where only axes of one entry are more or fewer."""
    keep = [n for n in code.shape[1:] if n != 1]
    return code.reshape(right.shape) if keep == [n for n in right.shape[1:] if n != 1] else code


def _agrees(main: Sequence[tuple[Points, Answers]], k: int, least: Closeness = "single") -> bool:
    """Tell whether the code gives the gradient by one variable at all points, at least so closely."""
    for points, answers in main:
        if answers.all_raised:
            return False
        right = points.gradients[k]
        found = fit(_shaped(answers.gradients[k], right), right, least)
        usable = np.isfinite(found.errors)
        if found.closeness == "none" or 2 * int(usable.sum()) < len(usable):
            return False
    return True
