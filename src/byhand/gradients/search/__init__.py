"""Search tensors for wrong elements, by numerical derivatives."""

from byhand.gradients.search.moving import Moves
from byhand.gradients.search.nodes import WIDE, Findings, Node
from byhand.gradients.search.shared import Search
from byhand.gradients.search.tensors import TensorSearch, search_tensor

__all__ = [
    "WIDE",
    "Findings",
    "Moves",
    "Node",
    "Search",
    "TensorSearch",
    "search_tensor",
]
