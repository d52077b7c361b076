"""Derivatives of scalar expressions by scalars and entries, by named rules."""

from gradproof.differentiate.catalogue import catalogue
from gradproof.differentiate.dependence import base_name
from gradproof.differentiate.engine import (
    CONSTANT,
    INTO,
    VARIABLE,
    Application,
    Derived,
    Override,
    Step,
    differentiate,
)  # fmt: skip
from gradproof.differentiate.lines import evaluate_derivatives, has_derivative
from gradproof.differentiate.memory import Memory
from gradproof.differentiate.rule import NotSupported, Rule
from gradproof.differentiate.unfold import unfold

__all__ = [
    "CONSTANT", "INTO", "VARIABLE", "Application", "Derived", "Memory", "NotSupported", "Override",
    "Rule", "Step", "base_name", "catalogue", "differentiate", "evaluate_derivatives", "has_derivative",
    "unfold",
]  # fmt: skip
