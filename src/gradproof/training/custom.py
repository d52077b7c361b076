"""Formulas of the user's as models: which names are data, which are trained, how the rows enter."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from gradproof.codegen.compiled import CannotCompile, Compiled, compile_formulas
from gradproof.deriving import CannotDerive, free_names
from gradproof.spell import identifier, name_plain
from gradproof.training.arrays import Vector
from gradproof.training.asked import Formula, Roles, is_bias
from gradproof.training.data.batch import BadData
from gradproof.training.data.profile import TargetProfile
from gradproof.training.data.target import TargetKind
from gradproof.training.formula import FormulaKernel, Kind
from gradproof.training.layout import Layout
from gradproof.training.rows import Block

FEATURES: Final = ("X", "x")
TARGETS: Final = ("Y", "y")
WEIGHTS: Final = "c"

SETTINGS: Final = ("lambda", "gamma", "delta", "alpha", "epsilon", "varepsilon", "eta", "tau", "C")
"""Names of numbers that people choose and do not train."""


def read_formula(
    formulas: Sequence[str],
    constants: Mapping[str, float],
    declare: Sequence[str] = (),
    parameters: Sequence[str] = (),
) -> Formula:
    """Read a formula and sort its names.

    Args:
        formulas: the loss and its definitions in TeX.
        constants: values of names, in TeX or as in code.
        declare: facts in TeX.
        parameters: the names to train; all that are neither data nor constants where there are none.

    Raises:
        BadData: it cannot be read, or it is not clear what a name stands for.
    """
    try:
        names = free_names(formulas, declare)
        facts = (*declare, *_facts(names, formulas, declare))
        names = free_names(formulas, facts)
    except CannotDerive as failure:
        raise BadData(f"the formula cannot be used: {failure}") from None
    features = next((n for n in FEATURES if n in names), None)
    if features is None:
        raise BadData(
            f"the formula speaks of {_listed(names)} and of no features; expected X with a row for every row of the "
            "table, or its rows x_i"
        )
    target = next((n for n in TARGETS if n in names), None)
    weights = WEIGHTS if WEIGHTS in names and WEIGHTS not in parameters else None
    data = {features, target}
    set_: dict[str, float] = {}
    rest = [n for n in names if n not in data]
    for name, value in constants.items():
        found = [n for n in rest if name in (n, identifier(n), identifier(n).rstrip("_"))]
        if not found:
            raise BadData(f"{name!r} does not stand in the formula; its names are {_listed(names)}")
        set_[identifier(found[0])] = float(value)
        rest.remove(found[0])
    asked = [n for p in parameters for n in rest if p in (n, identifier(n), name_plain(n))]
    if len(asked) < len(parameters):
        raise BadData(
            f"of the parameters {', '.join(parameters)} not all stand in the formula; its names are {_listed(names)}"
        )
    loose = [n for n in rest if n not in asked and n.lstrip("\\") in SETTINGS]
    if loose:
        raise BadData(
            f"{name_plain(loose[0])} has no value; give it one with --set {loose[0].lstrip(chr(92))}=0.1, or train it "
            f"with --parameters"
        )
    trained = tuple(asked) or tuple(n for n in rest if n != weights)
    left = [n for n in rest if n not in trained and n != weights]
    if left:
        raise BadData(f"{_listed(left)} is neither trained nor set; expected --set or --parameters")
    if not trained:
        raise BadData("nothing is left to train: all names are data or set")
    roles = Roles(features, target, weights if weights in rest else None)
    return Formula(tuple(formulas), facts, roles, set_, trained)


def _facts(names: Sequence[str], formulas: Sequence[str], declare: Sequence[str]) -> list[str]:
    """Return the shapes of the data that nobody declared."""
    told = " ".join(declare)
    text = " ".join(formulas)
    shapes = {
        "X": r"X \in \mathbb{R}^{m \times n}",
        "x": r"x_i \in \mathbb{R}^n",
        "Y": r"Y \in \mathbb{R}^{m \times K}",
        "y": r"y \in \mathbb{R}^m",
    }
    wanted = [n for n in shapes if n in names and not re.search(rf"(?<![\\A-Za-z]){n}\b", told)]
    if "x" in wanted and not re.search(r"x_\{?i\}?|x\^\{?\(i\)", text):
        wanted.remove("x")
    return [shapes[n] for n in wanted]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name_plain(n) for n in names)


def kind_of_target(formula: Formula, profile: TargetProfile) -> tuple[TargetKind, str, str]:
    """Return what the target has to hold for a formula: words, and 0 beside 1, are classes, numbers are numbers."""
    if formula.target_kind is not None:
        return formula.target_kind, "of the formula", ""
    two = bool(profile.words.counts) or set(profile.numbers) == {0.0, 1.0}
    return ("binary" if two else "number"), "of the formula", ""


def compiled_formula(formula: Formula, backend: str) -> Compiled:
    """Return the formula as code.

    Raises:
        BadData: a part of it cannot become code.
    """
    try:
        return compile_formulas(
            formula.formulas, formula.parameters, formula.declared, backend, False, False, None
        )
    except CannotCompile as failure:
        raise BadData(f"the formula cannot be used: {failure}") from None


def kernel_of(
    formula: Formula, block: Block, sizes: Mapping[str, int], backend: str
) -> FormulaKernel:
    """Return the kernel of a formula for data like `block`.

    Args:
        formula: as it was read.
        block: some rows, to learn the widths from and to find out how rows enter.
        sizes: of parameters that the data do not tell, such as the number of hidden units.
        backend: ``numpy`` or ``numba``.

    Raises:
        BadData: a size is not known, or shapes do not fit.
    """
    compiled = compiled_formula(formula, backend)
    layout = Layout(
        compiled.wrt, tuple(_shape(n, compiled, block, sizes, formula) for n in compiled.wrt)
    )
    classes = block.target.shape[1] if block.target.ndim == 2 else 0
    widths = {"features": int(block.features.shape[1]), "target": classes}
    kernel = FormulaKernel(compiled, layout, formula.roles, formula.constants, "other", widths)
    kind = _kind(kernel, block)
    return FormulaKernel(compiled, layout, formula.roles, formula.constants, kind, widths)


def _shape(
    name: str, compiled: Compiled, block: Block, sizes: Mapping[str, int], formula: Formula
) -> tuple[int, ...]:
    known = dict(sizes)
    roles = formula.roles
    given = {roles.features: block.features.shape, roles.target: block.target.shape}
    for data, shape in given.items():
        for size, value in zip(compiled.inputs.get(str(data), ()), shape, strict=False):
            if isinstance(size, str):
                known.setdefault(size, int(value))
    rows = compiled.inputs[roles.features][0]
    told = ", ".join(map(str, compiled.inputs[name]))
    out: list[int] = []
    for size in compiled.inputs[name]:
        if size == rows:
            raise BadData(
                f"{name} is read as something with an entry for every row, shape ({told}); "
                rf"expected a parameter: say its shape with --declare, such as '{name} \in \mathbb{{R}}'"
            )
        if isinstance(size, str) and size not in known:
            raise BadData(
                f"{name} has the shape ({told}), and nothing tells {size}; give it with --size {size}=16"
            )
        out.append(known[size] if isinstance(size, str) else size)
    return tuple(out)


def _kind(kernel: FormulaKernel, block: Block) -> Kind:
    """Find out by numbers how the rows enter: as a mean, as a sum beside what has no rows, or otherwise.

    The formula is computed over some rows, over others and over both, at two places. For a mean the third is the mean
    of the others by their numbers of rows; for a sum, first plus second less the third does not depend on the rows.

    Raises:
        BadData: shapes do not fit.
    """
    rows = min(block.rows, 24)
    if rows < 4 or block.weights is not None:
        return "other"
    cuts = [(0, rows // 3), (rows // 3, rows), (0, rows)]
    other = [(0, rows // 2), (rows // 2, rows), (0, rows)]
    chance = np.random.default_rng(0)
    mean = total = True
    for _ in range(2):
        w = 0.5 * chance.normal(size=kernel.layout.size)
        try:
            first, second = (
                [kernel.value_and_gradient(w, block.cut(*c))[0] for c in c3] for c3 in (cuts, other)
            )
        except (ValueError, TypeError) as failure:
            raise BadData(f"the formula does not fit the data: {failure}") from failure
        size = 1e-9 * max(map(abs, (*first, *second, 1e-300)))
        share = (rows // 3) / rows
        mean &= abs(share * first[0] + (1 - share) * first[1] - first[2]) <= size
        left = [v[0] + v[1] - v[2] for v in (first, second)]
        total &= abs(left[0] - left[1]) <= size
    return "mean" if mean else "sum" if total else "other"


def start_of(formula: Formula, layout: Layout, seed: int) -> Vector:
    """Return where to start: zeros; where several arrays meet in products, small random numbers that differ.

    Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
    equation 16.
    """
    shapes = zip(layout.names, layout.shapes, strict=True)
    if sum(bool(shape) and not is_bias(name) for name, shape in shapes) < 2:
        return np.zeros(layout.size)
    chance = np.random.default_rng(seed)
    parts: list[Vector] = []
    for name, shape in zip(layout.names, layout.shapes, strict=True):
        fan = sum(shape) if len(shape) > 1 else sum(shape) + 1
        width = np.sqrt(6 / max(fan, 1))
        parts.append(
            np.zeros(shape) if is_bias(name) else chance.uniform(-width, width, size=shape)
        )
    return layout.pack(parts)
