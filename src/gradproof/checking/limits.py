"""Work limits of checking, in units that repeat: points, readings, contexts."""

POINTS = 24
"""Sample points of one comparison."""

MAX_READINGS = 4
"""Readings of one line that are judged."""

MAX_HYPOTHESES = 12
"""Additional contexts (an unstated constraint, a case, one example) tried before a line is refuted."""
