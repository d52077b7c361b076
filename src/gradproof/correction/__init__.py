"""A derivation with its wrong lines mended, each change judged again."""

from gradproof.correction.mender import Change, Correction, correct_source

__all__ = ["Change", "Correction", "correct_source"]
