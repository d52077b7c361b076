"""Gradproof reads gradient derivations and says which step is the first wrong one.

>>> import gradproof
>>> gradproof.__version__.count(".")
2

The functions live in `gradproof.api` and the plain values that they return in `gradproof.diagnostic`; both
are loaded at first use, so that ``import gradproof`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from gradproof._version import __version__

if TYPE_CHECKING:
    from gradproof.api import (
        Checked,
        UnknownPage,
        assert_gradient,
        check,
        check_files,
        compile,
        correct,
        derive,
        explain,
        fit,
        gradcheck,
        json_schema,
        load_model,
        page_names,
        predict,
        to_json,
        to_text,
    )
    from gradproof.codegen.compiled import Compiled
    from gradproof.codegen.limits import CannotCompile
    from gradproof.deriving.question import CannotDerive
    from gradproof.diagnostic import FileReport, Report
    from gradproof.gradcode.failures import CannotCheck
    from gradproof.gradcode.report import CodeReport
    from gradproof.notation.documents.model import UnreadableDocument
    from gradproof.selection import UnknownName
    from gradproof.training.data.batch import BadData
    from gradproof.training.libraries import MissingLibrary
    from gradproof.training.model import Fitted
    from gradproof.training.saving import CannotSave
    from gradproof.training.solving import CannotSolve
    from gradproof.worked import NotVerified, Worked

__all__ = [
    "BadData",
    "CannotCheck",
    "CannotCompile",
    "CannotDerive",
    "CannotSave",
    "CannotSolve",
    "Checked",
    "CodeReport",
    "Compiled",
    "FileReport",
    "Fitted",
    "MissingLibrary",
    "NotVerified",
    "Report",
    "UnknownName",
    "UnknownPage",
    "UnreadableDocument",
    "Worked",
    "__version__",
    "assert_gradient",
    "check",
    "check_files",
    "compile",
    "correct",
    "derive",
    "explain",
    "fit",
    "gradcheck",
    "json_schema",
    "load_model",
    "page_names",
    "predict",
    "to_json",
    "to_text",
]

_HOMES: Final = {
    "CannotCompile": "gradproof.codegen.limits",
    "Compiled": "gradproof.codegen.compiled",
    "BadData": "gradproof.training.data.batch",
    "CannotSave": "gradproof.training.saving",
    "CannotSolve": "gradproof.training.solving",
    "CannotCheck": "gradproof.gradcode.failures",
    "CannotDerive": "gradproof.deriving.request",
    "CodeReport": "gradproof.gradcode.report",
    "FileReport": "gradproof.diagnostic",
    "Fitted": "gradproof.training.model",
    "MissingLibrary": "gradproof.training.libraries",
    "NotVerified": "gradproof.worked",
    "Report": "gradproof.diagnostic",
    "UnknownName": "gradproof.selection",
    "UnreadableDocument": "gradproof.notation.documents.model",
    "Worked": "gradproof.worked",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name.startswith("_") or name not in __all__:
        message = f"module 'gradproof' has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(_HOMES.get(name, "gradproof.api")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
