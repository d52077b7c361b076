"""Work limits of checking, in units that repeat: points, readings, contexts."""

POINTS = 24
"""Sample points of one comparison."""

POINTS_LARGER = 12
"""Sample points at the second set of sizes, where each has more entries."""

GLANCE = 4
"""Sample points at which another reading is tried first."""

FEWEST = 3
"""Sample points at which both sides must be defined where they are not at most of them."""

MAX_ORDERS = 6
"""Orders of the sizes that are tried where all is singular."""

MAX_READINGS = 4
"""Readings of one line that are judged."""

MAX_HYPOTHESES = 12
"""Additional contexts (an unstated constraint, a case, one example) tried before a line is refuted."""
