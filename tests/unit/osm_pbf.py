"""A small writer of OpenStreetMap PBF files for tests: plain nodes, ways and relations, one block."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_WAY = 1


@dataclass
class Extract:
    """What goes into the file; tags are mappings, references are ids."""

    nodes: list[tuple[int, float, float, Mapping[str, str]]] = field(default_factory=list)  # id, lon, lat, tags
    ways: list[tuple[int, Sequence[int], Mapping[str, str]]] = field(default_factory=list)
    relations: list[tuple[int, Sequence[tuple[str, int]], Mapping[str, str]]] = field(default_factory=list)  # role, way

    def node(self, number: int, lon: float, lat: float, **tags: str) -> None:
        self.nodes.append((number, lon, lat, _colons(tags)))

    def way(self, number: int, refs: Sequence[int], **tags: str) -> None:
        self.ways.append((number, refs, _colons(tags)))

    def relation(self, number: int, members: Sequence[tuple[str, int]], **tags: str) -> None:
        self.relations.append((number, members, _colons(tags)))

    def square(self, way: int, first_node: int, lon: float, lat: float, side: float, **tags: str) -> None:
        """Add a closed way of four nodes."""
        for i, (dx, dy) in enumerate(((0, 0), (side, 0), (side, side), (0, side))):
            self.node(first_node + i, lon + dx, lat + dy)
        self.way(way, [first_node, first_node + 1, first_node + 2, first_node + 3, first_node], **tags)

    def write_pbf(self, path: Path) -> Path:
        path.write_bytes(_file_block("OSMHeader", _header()) + _file_block("OSMData", self._block()))
        return path

    def write_xml(self, path: Path) -> Path:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
        for number, lon, lat, tags in sorted(self.nodes, key=lambda node: node[0]):
            lines.append(f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}">{_xml_tags(tags)}</node>')
        for number, refs, tags in self.ways:
            inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            lines.append(f'<way id="{number}">{inner}{_xml_tags(tags)}</way>')
        for number, members, tags in self.relations:
            inner = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for role, ref in members)
            lines.append(f'<relation id="{number}">{inner}{_xml_tags(tags)}</relation>')
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return path

    def _block(self) -> bytes:
        strings = _Strings()
        groups = [
            b"".join(_message(1, _node(strings, *node)) for node in sorted(self.nodes, key=lambda node: node[0])),
            b"".join(_message(3, _way(strings, *way)) for way in self.ways),
            b"".join(_message(4, _relation(strings, *relation)) for relation in self.relations),
        ]
        body = b"".join(_message(2, group) for group in groups if group)
        return _message(1, strings.table()) + body


class _Strings:
    def __init__(self) -> None:
        self.known: dict[str, int] = {"": 0}

    def index(self, text: str) -> int:
        return self.known.setdefault(text, len(self.known))

    def table(self) -> bytes:
        return b"".join(_message(1, text.encode()) for text in self.known)


def _node(strings: _Strings, number: int, lon: float, lat: float, tags: Mapping[str, str]) -> bytes:
    # Degrees in units of 1e-7: the default granularity of the format is 100 nanodegrees.
    place = _number(8, _zigzag(round(lat * 1e7))) + _number(9, _zigzag(round(lon * 1e7)))
    return _number(1, _zigzag(number)) + _tags(strings, tags) + place


def _way(strings: _Strings, number: int, refs: Sequence[int], tags: Mapping[str, str]) -> bytes:
    return _number(1, number) + _tags(strings, tags) + _message(8, _deltas(refs))


def _relation(strings: _Strings, number: int, members: Sequence[tuple[str, int]], tags: Mapping[str, str]) -> bytes:
    roles = b"".join(_varint(strings.index(role)) for role, _ in members)
    refs = _deltas([ref for _, ref in members])
    kinds = b"".join(_varint(_WAY) for _ in members)
    return _number(1, number) + _tags(strings, tags) + _message(8, roles) + _message(9, refs) + _message(10, kinds)


def _tags(strings: _Strings, tags: Mapping[str, str]) -> bytes:
    keys = b"".join(_varint(strings.index(key)) for key in tags)
    values = b"".join(_varint(strings.index(value)) for value in tags.values())
    return _message(2, keys) + _message(3, values) if tags else b""


def _header() -> bytes:
    return _message(4, b"OsmSchema-V0.6")


def _file_block(kind: str, content: bytes) -> bytes:
    blob = _number(2, len(content)) + _message(3, zlib.compress(content))
    head = _message(1, kind.encode()) + _number(3, len(blob))
    return struct.pack(">I", len(head)) + head + blob


def _deltas(numbers: Sequence[int]) -> bytes:
    before = [0, *numbers[:-1]]
    return b"".join(_varint(_zigzag(a - b)) for a, b in zip(numbers, before, strict=True))


def _number(tag: int, value: int) -> bytes:
    return _varint(tag << 3) + _varint(value)


def _message(tag: int, content: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _colons(tags: Mapping[str, str]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def _xml_tags(tags: Mapping[str, str]) -> str:
    def safe(text: str) -> str:
        return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")

    return "".join(f'<tag k="{safe(key)}" v="{safe(value)}"/>' for key, value in tags.items())
