"""Derivations that Gradproof writes itself: derivatives with every step and its rule."""

from gradproof.deriving.adjoints import adjoints
from gradproof.deriving.catalogue import differential_rules
from gradproof.deriving.derivation import Derivation, Line, Style
from gradproof.deriving.derive import STYLES, derive
from gradproof.deriving.forward import hessian, jacobian
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.question import CannotDerive, Question
from gradproof.deriving.readable import readable
from gradproof.deriving.request import claims, free_names, read_question
from gradproof.deriving.reverse import gradient
from gradproof.deriving.rule import DifferentialRule
from gradproof.deriving.spaces import shows_arrays

__all__ = [
    "STYLES", "CannotDerive", "Derivation", "DifferentialRule", "Line", "NotDerived", "Question", "Style",
    "adjoints", "claims", "derive", "differential_rules", "free_names", "gradient", "hessian", "jacobian",
    "read_question", "readable", "shows_arrays",
]  # fmt: skip
