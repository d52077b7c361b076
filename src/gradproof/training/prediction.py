"""What a formula of the user's predicts: the value of one of its definitions, compiled."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from gradproof.codegen.backend import backend
from gradproof.codegen.compiled import CannotCompile, Compiled, compiled
from gradproof.codegen.request import read_request
from gradproof.expr import Sym, walk_reached
from gradproof.spell import name_plain
from gradproof.training.arrays import Matrix, Vector, is_sparse
from gradproof.training.asked import Formula
from gradproof.training.data.batch import BadData

PREDICTIONS = (r"\hat y", r"\hat Y", "p", "P", "z", "Z", "h")
"""Names of definitions that stand for the prediction; the first that is there counts."""


def prediction_of(formula: Formula, wished: str | None) -> str | None:
    """Return the definition that is the prediction: the wished one, or one of `PREDICTIONS`, or None.

    Raises:
        BadData: the wished one is not defined.
    """
    context = read_request(
        formula.formulas, formula.parameters[:1], formula.declared
    ).question.context
    if wished is None:
        return next((n for n in PREDICTIONS if n in context.definitions), None)
    for name in context.definitions:
        if wished in (name, name_plain(name)):
            return name
    known = ", ".join(name_plain(n) for n in context.definitions)
    raise BadData(f"{wished!r} is not defined by the formulas; they define {known}")


@lru_cache(maxsize=16)
def _compiled(
    formulas: tuple[str, ...], parameters: tuple[str, ...], declared: tuple[str, ...], name: str
) -> Compiled:
    request = read_request(formulas, parameters[:1], declared)
    question = request.question
    found = [
        n
        for n in walk_reached(question.loss, question.context)
        if isinstance(n, Sym) and n.name == name
    ]
    if not found:
        raise BadData(f"the loss does not use {name_plain(name)}, so that nothing tells its shape")
    return compiled(replace(request, question=replace(question, loss=found[0])), backend("numpy"))


def predict(formula: Formula, parameters: dict[str, Vector], features: Matrix) -> Vector:
    """Return the prediction for encoded features, shape (rows,) or (rows, classes).

    Raises:
        BadData: the formula defines no prediction, or it needs more than the features.
    """
    if formula.prediction is None:
        raise BadData(
            "the formula names no prediction; expected a definition such as p_i = …, or its name with --predict"
        )
    try:
        code = _compiled(formula.formulas, formula.parameters, formula.declared, formula.prediction)
    except CannotCompile as failure:
        raise BadData(
            f"the prediction {formula.prediction} cannot be computed: {failure}"
        ) from None
    given = {**parameters, **formula.constants}
    given[formula.roles.features] = features.toarray() if is_sparse(features) else features
    missing = [n for n in code.inputs if n not in given]
    if missing:
        raise BadData(f"the prediction {formula.prediction} needs {missing[0]}, which is not known")
    return np.asarray(code.value(**{n: given[n] for n in code.inputs}))
