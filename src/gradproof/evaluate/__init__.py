"""Numeric routes over the tree: floating point, certified balls, residues; derivatives by jets of their own.

This is the independent route: it never uses the symbolic rules that it judges.
"""

from gradproof.evaluate.arithmetic import FLOAT, Arithmetic
from gradproof.evaluate.balls import BALL
from gradproof.evaluate.certify import Certificate, certify, find_counterexample, significant
from gradproof.evaluate.comparison import (
    FAR,
    TOLERANCE,
    Comparison,
    IndexValues,
    Sides,
    both_sides,
    compare,
    differs,
)  # fmt: skip
from gradproof.evaluate.domains import infer_domains
from gradproof.evaluate.evaluation import Evaluated, evaluate
from gradproof.evaluate.fingerprint import fingerprint, same_fingerprint
from gradproof.evaluate.flint_types import precision
from gradproof.evaluate.inventory import Inventory, take_inventory
from gradproof.evaluate.limits import ShapeMismatch, Unsampled, Unsupported
from gradproof.evaluate.recognition import is_constraint
from gradproof.evaluate.residues import PRIME, RESIDUES
from gradproof.evaluate.samples import Samples
from gradproof.evaluate.sampling import make_samples
from gradproof.evaluate.solutions import Equation, solved_points
from gradproof.evaluate.state import Mode

__all__ = [
    "BALL", "FAR", "FLOAT", "PRIME", "RESIDUES", "TOLERANCE", "Arithmetic", "Certificate", "Comparison", "Equation",
    "Evaluated", "IndexValues", "Inventory", "Mode", "Samples", "ShapeMismatch", "Sides", "Unsampled", "Unsupported",
    "both_sides", "certify", "compare", "differs", "evaluate", "find_counterexample", "fingerprint", "infer_domains",
    "is_constraint",
    "make_samples", "precision", "same_fingerprint", "significant", "solved_points", "take_inventory",
]  # fmt: skip
