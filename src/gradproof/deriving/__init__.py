"""Derivations that Gradproof writes itself: derivatives with every step and its rule."""

from gradproof.deriving.derivation import Derivation, Line, Style
from gradproof.deriving.derive import STYLES, derive
from gradproof.deriving.request import CannotDerive, Question, claims, read_question

__all__ = [
    "STYLES", "CannotDerive", "Derivation", "Line", "Question", "Style", "claims", "derive", "read_question",
]  # fmt: skip
