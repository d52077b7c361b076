r"""Names as identifiers: ``\hat y`` is ``y_hat``, ``W^{[1]}`` is ``W_1``, ``\lambda`` is ``lambda_``."""

import keyword
import re

from gradproof.spell.letters import ACCENTS
from gradproof.spell.names import split_name

_ACCENTED = re.compile(r"\\([A-Za-z]+)\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\[A-Za-z]+|[A-Za-z]))")
_WORDS = re.compile(r"[A-Za-z0-9]+")


def identifier(name: str) -> str:
    r"""Return the name of a symbol as a program would call it.

    Accents follow the letter, scripts follow an underscore, and words that Python keeps for itself end in one.

    >>> identifier(r"\hat y"), identifier("W^{[1]}"), identifier(r"\lambda"), identifier(r"\theta_0")
    ('y_hat', 'W_1', 'lambda_', 'theta_0')
    """
    parts = split_name(name)
    base, accents = parts.base, list[str]()
    while (m := _ACCENTED.fullmatch(base.strip())) and m.group(1) in ACCENTS:
        accents.insert(0, m.group(1))
        base = m.group(2) or m.group(3) or ""
    scripts = [word for script in (parts.sub, parts.sup) for word in _WORDS.findall(script)]
    words = [*_WORDS.findall(base), *accents, *scripts, *["prime"] * parts.primes]
    out = "_".join(words)
    return out + "_" if keyword.iskeyword(out) else out
