"""The larger and the smaller of two numbers in a form that lets a loop take them on several samples at a time.

``max`` and ``min`` compile to a comparison and a choice, and numba's ``fastmath`` marks only the comparison as free of
NaN. The compiler needs the mark on the choice as well before it takes the maximum of a loop in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from numba import types
from numba.extending import intrinsic

#: No NaN, and either of two zeros will do.
_FLAGS: Final = ("nnan", "nsz")


def _choice(comparison: str) -> tuple[Any, Any]:
    """Return the signature of two numbers to one, and the code that chooses by a comparison."""

    def generate(_context: Any, builder: Any, _signature: Any, args: tuple[Any, Any]) -> Any:
        holds = builder.fcmp_ordered(comparison, args[0], args[1], flags=_FLAGS)
        return builder.select(holds, args[0], args[1], flags=_FLAGS)

    return types.float64(types.float64, types.float64), generate


def _larger(_typing_context: Any, _a: Any, _b: Any) -> tuple[Any, Any]:
    return _choice(">")


def _smaller(_typing_context: Any, _a: Any, _b: Any) -> tuple[Any, Any]:
    return _choice("<")


#: The larger of two float64, neither of them NaN; in kernels only.
larger: Callable[[float, float], float] = intrinsic(_larger)
#: The smaller of two float64, neither of them NaN; in kernels only.
smaller: Callable[[float, float], float] = intrinsic(_smaller)
