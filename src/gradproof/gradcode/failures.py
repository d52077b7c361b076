"""What ends a check without a verdict: the function or the question cannot be used, with the reason."""


class CannotCheck(ValueError):
    """The code cannot be compared with the formula.

    The message says what was found, what was expected and how to go on.
    """
