"""The graph that torch exports, made smaller and faster; its answers stay.

onnxruntime works in blocks of channels as long as it meets nothing else: a padding of its own, or a size that is only
known at run time, makes it go back and forth.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

TWICE = 'twice'


def simplify(graph: Any) -> None:
    """Paddings go into the convolutions behind them, and each enlargement, which is by 2, says so."""
    _fold_pads(graph)
    _double(graph)
    _prune(graph)


def halve(graph: Any, large: int) -> None:
    """Keeps kernels of ``large`` weights or more in 16 bits; a Cast brings each back to 32 as the graph is loaded."""
    casts = []
    for initializer in graph.initializer:
        if initializer.data_type == TensorProto.FLOAT and math.prod(initializer.dims) >= large:
            name = initializer.name
            kept = numpy_helper.from_array(numpy_helper.to_array(initializer).astype(np.float16), f'{name}_half')
            initializer.CopyFrom(kept)
            casts.append(helper.make_node('Cast', [kept.name], [name], to=TensorProto.FLOAT))
    _set_nodes(graph, [*casts, *graph.node])


def _fold_pads(graph: Any) -> None:
    """Those of :class:`.lite_encoder.SameConv2d`, the only ones."""
    pads = {node.output[0]: node.input[0] for node in graph.node if node.op_type == 'Pad'}
    for node in graph.node:
        if node.op_type == 'Conv' and node.input[0] in pads:
            node.input[0] = pads[node.input[0]]
            found = {attribute.name: attribute for attribute in node.attribute}
            total = found['kernel_shape'].ints[0] - found['strides'].ints[0]
            found['pads'].ints[:] = [total // 2] * 2 + [total - total // 2] * 2


def _double(graph: Any) -> None:
    graph.initializer.append(numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), TWICE))
    for place, node in enumerate(graph.node):
        if node.op_type == 'Resize':
            graph.node[place].CopyFrom(helper.make_node(
                'Resize', [node.input[0], '', TWICE], node.output, node.name, mode='linear',
                coordinate_transformation_mode='half_pixel'))


def _prune(graph: Any) -> None:
    """Leaves out what no answer needs any more."""
    wanted = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    _set_nodes(graph, kept[::-1])
    initializers = [each for each in graph.initializer if each.name in wanted]
    del graph.initializer[:]
    graph.initializer.extend(initializers)


def _set_nodes(graph: Any, nodes: list) -> None:
    del graph.node[:]
    graph.node.extend(nodes)
