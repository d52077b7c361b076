"""Mistakes as wrong rules: the catalogue, the search for the one that fits, and the place in the line."""

from gradproof.mistakes.align import Alignment, align_terms
from gradproof.mistakes.catalogue import UNEXPLAINED, catalogue
from gradproof.mistakes.diagnosis import Diagnosis, diagnose
from gradproof.mistakes.match import Match
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongDerivative, WrongRewriting
from gradproof.mistakes.remarks import REMARKS, remarks
from gradproof.mistakes.search import explain

__all__ = [
    "REMARKS", "UNEXPLAINED", "Alignment", "Diagnosis", "Match", "Mend", "Mistake", "Repair", "Slip", "WrongDerivative",
    "WrongRewriting", "align_terms", "catalogue", "diagnose", "explain", "remarks",
]  # fmt: skip
