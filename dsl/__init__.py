"""Policy text: syntax, types, diagnostics; everything up to a checked policy."""

from .checker import Checked, check
from .source import SourceFile

__all__ = ["Checked", "SourceFile", "check"]
