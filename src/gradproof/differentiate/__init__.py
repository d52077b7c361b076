"""Derivatives of scalar expressions by scalars and entries, by named rules."""

from gradproof.differentiate.catalogue import catalogue
from gradproof.differentiate.components import component, extent_of
from gradproof.differentiate.dependence import base_name, depends_on
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
from gradproof.differentiate.lines import (
    evaluate_derivatives,
    has_derivative,
    without_derivatives,
)
from gradproof.differentiate.memory import Memory
from gradproof.differentiate.rule import NotSupported, Rule
from gradproof.differentiate.unfold import unfold

__all__ = [
    "CONSTANT", "INTO", "VARIABLE", "Application", "Derived", "Memory", "NotSupported", "Override",
    "Rule", "Step", "base_name", "catalogue", "component", "depends_on", "differentiate",
    "evaluate_derivatives", "extent_of", "has_derivative", "unfold", "without_derivatives",
]  # fmt: skip
