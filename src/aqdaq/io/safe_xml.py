"""XML from strangers: no document type, so no entities that unfold or point elsewhere; nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn
from xml.parsers import expat

from aqdaq.base.errors import Fault, InputError

#: Elements inside each other; deeper is no plan but an attempt.
MOST_DEEP: Final = 200


@dataclass(slots=True)
class Node:
    """An element.

    Attributes:
        tag: its name without namespace.
        space: its namespace.
        attributes: by name without namespace.
        children: in order.
        text: directly in it, without surrounding blanks.
    """

    tag: str
    space: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def walk(self) -> Iterator[Node]:
        """Yield the element and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def first(self, tag: str) -> Node | None:
        """Return the first element of a name below this one, at any depth."""
        return next((node for node in self.walk() if node is not self and node.tag == tag), None)


def read_xml(path: Path) -> Node:
    """Return the root element of a file.

    Raises:
        InputError: not well formed, nested too deeply, or it declares a document type or entities.
    """
    builder = _Builder(path.name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, OSError, ValueError) as err:
        if isinstance(err, InputError):
            raise
        raise InputError(Fault(path.name, f"is not well-formed XML: {err}", "check that the file is whole")) from err
    assert builder.root is not None  # a text without an element is not well formed
    return builder.root


class _Builder:
    """Puts the events of the parser together."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node | None = None
        self.open: list[Node] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        node = Node(tag, space, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)
        if len(self.open) > MOST_DEEP:
            raise InputError(Fault(self.name, f"nests more than {MOST_DEEP} elements", "export it anew"))

    def end(self, name: str) -> None:  # noqa: ARG002 - as the parser calls it
        node = self.open.pop()
        node.text = node.text.strip()

    def data(self, text: str) -> None:
        self.open[-1].text += text

    def refuse(self, *_: Any) -> NoReturn:
        what = "declares a document type or entities, which can hide anything"
        raise InputError(Fault(self.name, what, "remove the <!DOCTYPE ...> and what it declares"))
