"""What the heads of mmhaze compute and torch's older exporter does not know, in operators of ONNX."""
from __future__ import annotations

from typing import Any

import torch

END = torch.iinfo(torch.int64).max


def teach_exporter(opset: int) -> None:
    """Registers them; again is harmless."""
    torch.onnx.register_custom_op_symbolic('aten::expm1', _expm1, opset)
    torch.onnx.register_custom_op_symbolic('aten::diff', _diff, opset)


# graph has no type: torch 2.1 asks whether it is a subclass of its own, and Any is no class before Python 3.11
def _expm1(graph, x: Any) -> Any:
    """e^x - 1 = 2 e^(x/2) sinh(x/2), which loses no digits for small x."""
    half = graph.op('Mul', x, _constant(graph, 0.5))
    return graph.op('Mul', graph.op('Mul', graph.op('Exp', half), graph.op('Sinh', half)), _constant(graph, 2.0))


def _diff(graph, x: Any, *_: Any) -> Any:
    """Each but the first along the last axis less the one before it, as ``Tensor.diff`` without arguments has it."""
    last, step = _constant(graph, [-1]), _constant(graph, [1])
    later = graph.op('Slice', x, _constant(graph, [1]), _constant(graph, [END]), last, step)
    return graph.op('Sub', later, graph.op('Slice', x, _constant(graph, [0]), _constant(graph, [-1]), last, step))


def _constant(graph: Any, value: float | list[int]) -> Any:
    return graph.op('Constant', value_t=torch.tensor(value))
