"""One file per family of differentiation rules."""
