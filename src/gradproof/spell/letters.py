"""Letters outside ASCII: TeX commands, accents and raised or lowered characters as unicode text."""

from collections.abc import Mapping
from types import MappingProxyType

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε",
        "zeta": "ζ", "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ",
        "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "varpi": "ϖ", "rho": "ρ",
        "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "ϕ",
        "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
        "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
        "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ", "hbar": "ℏ", "imath": "ı", "jmath": "ȷ",
        "infty": "∞", "partial": "∂", "nabla": "∇", "star": "⋆", "ast": "*", "dagger": "†",
        "ddagger": "‡", "prime": "′", "top": "ᵀ", "perp": "⊥", "parallel": "∥", "cdot": "·",
        "times": "×", "pm": "±", "lbrace": "{", "rbrace": "}", "aleph": "ℵ", "emptyset": "∅",
    }
)  # fmt: skip
"""TeX commands that stand for one letter or sign, without backslash."""

ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304",
        "tilde": "\u0303", "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307",
        "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "acute": "\u0301",
        "grave": "\u0300", "mathring": "\u030a", "underline": "\u0332",
    }
)  # fmt: skip
"""TeX accents as combining characters."""

SUBSCRIPTS: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            "0123456789+-=()aehijklmnoprstuvxβγρφχ",
            "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
            strict=True,
        )
    )
)
"""Characters that unicode has a subscript form of."""

SUPERSCRIPTS: Mapping[str, str] = MappingProxyType(
    dict(zip("0123456789+-()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁱⁿ", strict=True))
)
"""Characters with a superscript form that every terminal font has (not the modifier letters)."""


def lowered(text: str) -> str | None:
    """Return `text` in unicode subscripts; None where a character has none.

    >>> lowered("i+1"), lowered("c")
    ('ᵢ₊₁', None)
    """
    return _mapped(text, SUBSCRIPTS)


def raised(text: str) -> str | None:
    """Return `text` in unicode superscripts; None where a character has none.

    >>> raised("-12"), raised("q")
    ('⁻¹²', None)
    """
    return _mapped(text, SUPERSCRIPTS)


def _mapped(text: str, table: Mapping[str, str]) -> str | None:
    out = [table.get(c) for c in text]
    return None if not out or None in out else "".join(c for c in out if c)
