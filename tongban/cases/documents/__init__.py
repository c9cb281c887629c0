"""Official documents of a case: numbered, set as PDF/A, given once and never changed.

An act of an authority gets its document's number in its own transaction and carries it on the
record; what the document says is frozen there and then, on every node that takes part. The page is
set when somebody first opens it and kept by its digest from then on.
"""

from tongban.cases.documents.deciding import decision
from tongban.cases.documents.typesetting import TEMPLATES, Document, compile_pdf

__all__ = ["TEMPLATES", "Document", "compile_pdf", "decision"]
