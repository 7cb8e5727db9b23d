"""A run of a module on symbolic tensors."""

from byhand.shapes.live_torch.tracing.tracer import Tracer

__all__ = ["Tracer"]
