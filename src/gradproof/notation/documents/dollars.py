r"""Whether a dollar sign in Markdown opens mathematics or is a price, a shell variable, a stray sign."""

import re

from gradproof.notation.documents.words import has_word, reads_as_prose

_CURRENCY = re.compile(r"(?:US|AU|CA|NZ|HK|SG|[ACRS])\Z")
_AMOUNT = re.compile(r"[ \t]?\d")
_OPERATOR = re.compile(r"[=+*/^_<>|()\\\u00d7\u2208\u2248-]")
_SIGN = re.compile(r"\\[A-Za-z]|[=^_]")


def is_mathematics(text: str, dollar: int, start: int, end: int) -> bool:
    """Say whether ``text[start:end]`` between the dollar sign at `dollar` and that at `end` is a formula.

    >>> [is_mathematics(s, 0, 1, s.index("$", 1)) for s in ("$5 and $6", "$5x = 3$", "$m = $ number")]
    [False, True, True]
    """
    body = text[start:end]
    if not body.strip() or "`" in body:
        return False
    amount = _AMOUNT.match(body) is not None
    if amount and _CURRENCY.search(text, max(0, dollar - 2), dollar):
        return False
    next_character = text[end + 1 : end + 2]
    spaced = body[-1].isspace()
    if next_character == "$" and (spaced or amount or body[0].isspace() or "\n" in body):
        following = text.find("$", end + 2)
        if following >= 0 and text.startswith("$$", following):
            return False  # the sign at `end` opens a display
    opens = spaced and (next_character.isalnum() or next_character == "\\")
    if body[0].isdigit():
        if next_character.isdigit() or opens:
            return False
        return not has_word(body)
    if (opens or (next_character.isdigit() and spaced)) and _OPERATOR.search(body) is None:
        return False
    tight = not spaced and not body[0].isspace() and not next_character.isalnum()
    return tight or not reads_as_prose(body)


def worth_a_note(text: str, start: int, end: int) -> bool:
    """Say whether what follows an opening mark that is never closed looks like a formula."""
    stop = text.find("\n", start, min(end, start + 200))
    stop = min(end, start + 200) if stop < 0 else stop
    if start >= stop or text[start].isdigit() or text[start].isspace():
        return False
    return _SIGN.search(text, start, stop) is not None
