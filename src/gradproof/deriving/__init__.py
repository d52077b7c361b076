"""Derivations that Gradproof writes itself: derivatives with every step and its rule."""

from gradproof.deriving.derivation import Derivation, Line

__all__ = ["Derivation", "Line"]
