"""What cannot be compiled, told in words."""


class CannotCompile(ValueError):
    """The formula cannot become code; the message says which part, what was expected, how to go on."""
