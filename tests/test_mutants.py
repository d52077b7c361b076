"""The mutants of the benchmarks: independent of the mistakes, repeatable, really false, labelled where they are."""

import ast
import random
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from _mutants import Mutant, edits, given, glued, mutants, starts  # noqa: E402
from _slips import SLIPS  # noqa: E402
from _witness_document import FALSE, TRUE, Text  # noqa: E402
from derivations import Case, document, read_cases  # noqa: E402

CASES = read_cases(BENCHMARKS / "mutations" / "derivations.jsonl")
SOME = {"bce-scalar", "vae-kl", "softmax-jacobian", "least-squares-mean", "rnn-vector"}
GENERATOR = ("_slips.py", "_mutants.py", "_witness.py", "_witness_document.py")
NEEDS = "gradproof.notation"


def foreign(source: str) -> set[str]:
    """Return the parts of Gradproof that a source imports and a generator must not know."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
    return {m for m in found if m.startswith("gradproof") and not m.startswith(NEEDS)}


@pytest.fixture(scope="module")
def made() -> list[Mutant]:
    return list(mutants(CASES, 3, wanted=SOME))


@pytest.mark.parametrize("name", GENERATOR)
def test_the_generator_knows_no_mistake(name: str) -> None:
    assert not foreign((BENCHMARKS / name).read_text("utf-8"))


def test_the_guard_sees_an_import_of_the_mistakes() -> None:
    for line in ("from gradproof.mistakes import diagnose", "import gradproof.mistakes.search"):
        assert foreign(f"def f():\n    {line}\n")


def test_generating_loads_no_mistake() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r}); import _mutants; "
        "print([m for m in sys.modules if m.startswith(('gradproof.mistakes', 'gradproof.checking'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_same_seed_gives_the_same_mutants(made: list[Mutant]) -> None:
    assert made == list(mutants(CASES, 3, wanted=SOME))
    assert made != list(mutants(CASES, 3, seed=1, wanted=SOME))


def test_wrong_lines_are_false_and_all_others_are_what_they_are_said_to_be(
    made: list[Mutant],
) -> None:
    for mutant in made:
        case = mutant.case
        text = Text(document(case), given(case))
        worlds = text.worlds(4)
        for block, verdict in enumerate(case["verdicts"]):
            if verdict == "ok":
                assert text.truth(block, worlds) == TRUE, (case["id"], block)
            elif verdict == "wrong":
                assert block == case["first_wrong"]
                assert text.truth(block, worlds) != TRUE, (case["id"], block)
            elif verdict == "follows-from-wrong":
                assert text.truth(block, worlds) == FALSE


def test_spans_lie_in_the_wrong_line(made: list[Mutant]) -> None:
    spans = [(m, s) for m in made for s in m.spans]
    assert spans
    for mutant, (start, end) in spans:
        block = mutant.case["first_wrong"]
        begin = starts(mutant.case)[block]
        assert begin <= start < end <= begin + len(mutant.case["lines"][block])


def test_every_slip_fits_somewhere() -> None:
    seen: set[str] = set()
    for case in CASES:
        source = document(case)
        seen |= {slip for _, slip, _ in edits(Text(source, given(case)), source, case)}
    assert seen == set(SLIPS)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (("2\\lambda", "w", ""), "2\\lambda w"),
        (("= ", "", "\\cdot x"), "=  x"),
        (("a", "b", "c"), "abc"),
    ],
)
def test_pieces_of_tex_do_not_run_together(pieces: tuple[str, str, str], expected: str) -> None:
    assert glued(*pieces) == expected


def test_a_right_derivation_is_not_counted_as_wrong() -> None:
    from mutations import judge_mutant, overlap

    case: Case = next(c for c in CASES if c["id"] == "bce-scalar")
    chance = random.Random(0)
    wrong = next(iter(mutants(CASES, 1, seed=chance.randrange(9), wanted={case["id"]})))
    outcome = judge_mutant(wrong, "train")
    assert outcome.located
    assert not outcome.accused
    assert overlap((0, 4), [(0, 8), (2, 3)]) == 0.5
