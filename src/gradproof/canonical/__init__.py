"""The canonical form: exact identities between scalar expressions, elementwise and indexed."""

from gradproof.canonical.form import Canonical, canonical, identical
from gradproof.canonical.limits import NotCanonical

__all__ = ["Canonical", "NotCanonical", "canonical", "identical"]
