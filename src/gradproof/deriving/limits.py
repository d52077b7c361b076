"""What deriving refuses; limits count work, never time."""

from typing import final


@final
class NotDerived(Exception):
    """No rule, or no way back to matrix notation; the message says for what.

    >>> NotDerived("a derivative by an integer").reason
    'a derivative by an integer'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
