"""What a Fluent message is made of: the names of its arguments, and its plain words."""

from __future__ import annotations

from fluent.syntax import ast
from fluent.syntax.visitor import Visitor


class Parts(Visitor):
    """Gathers the names of arguments and the plain words of a message."""

    def __init__(self) -> None:
        self.arguments: set[str] = set()
        self.words: list[str] = []

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - the visitor calls it so
        self.arguments.add(node.id.name)

    def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802
        self.words.append(node.value)


def parts(message: ast.Message) -> Parts:
    """Return what a message is made of."""
    found = Parts()
    found.visit(message)
    return found
