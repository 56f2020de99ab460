"""Sequential networks of FLGC layers, written by hand in the ONNX forms of inference exports."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from groupwise_train import FLGCConv2d, blocks_of


class Graph:
    """Collects nodes and weights."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def constant(self, values):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, kind, inputs, outputs=1, **attributes):
        names = [f"{kind.lower()}{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def gather(self, x, indices):
        return self.node("Gather", [x, self.constant(np.asarray(indices, np.int64))], axis=1)

    def conv(self, x, layer, weight, bias, group=1):
        parts = [self.constant(part) for part in (weight, bias) if part is not None]
        pads = list(layer.padding) * 2
        window = {"kernel_shape": layer.kernel_size, "strides": layer.stride, "pads": pads, "dilations": layer.dilation}
        return self.node("Conv", [x, *parts], group=group, **window)


def write_groups(graph, x, layer, form):
    """One FLGC layer. Filters that read nothing are made by the first group."""
    mask = layer.mask()
    weight = (layer.weight * mask[:, :, None, None]).numpy()
    bias = None if layer.bias is None else layer.bias.numpy()
    if form == "zeros":
        return graph.conv(x, layer, weight, bias)
    blocks = blocks_of(mask)
    known = {output for _, outputs in blocks for output in outputs}
    blocks[0][1].extend(output for output in range(len(weight)) if output not in known)
    order = [output for _, outputs in blocks for output in outputs]
    back = np.argsort(order)
    parts = [(weight[outputs][:, inputs], None if bias is None else bias[outputs]) for inputs, outputs in blocks]
    every = [i for inputs, _ in blocks for i in inputs]
    if form == "grouped":
        joined = np.concatenate([own for own, _ in parts])
        return graph.gather(graph.conv(graph.gather(x, every), layer, joined, bias[order], len(blocks)), back)
    if form == "split":
        sizes = graph.constant(np.asarray([len(inputs) for inputs, _ in blocks], np.int64))
        sources = graph.node("Split", [graph.gather(x, every), sizes], len(blocks), axis=1)
    else:
        sources = [graph.gather(x, inputs) for inputs, _ in blocks]
    made = [graph.conv(source, layer, *own) for source, own in zip(sources, parts)]
    return graph.gather(graph.node("Concat", made, axis=1), back)


def write_layer(graph, x, layer, form):
    """One layer of a Sequential."""
    match layer:
        case FLGCConv2d():
            return write_groups(graph, x, layer, form)
        case nn.Conv2d():
            return graph.conv(x, layer, layer.weight.numpy(), layer.bias.numpy())
        case nn.BatchNorm2d():
            parts = (layer.weight, layer.bias, layer.running_mean, layer.running_var)
            return graph.node("BatchNormalization", [x, *(graph.constant(part.numpy()) for part in parts)], epsilon=layer.eps)
        case nn.ReLU6():
            return graph.node("Clip", [x, graph.constant(np.float32(0)), graph.constant(np.float32(6))])
        case nn.ReLU():
            return graph.node("Relu", [x])
        case nn.AdaptiveAvgPool2d():
            return graph.node("GlobalAveragePool", [x])
        case nn.Flatten():
            return graph.node("Flatten", [x])
        case nn.Linear():
            return graph.node("Gemm", [x, graph.constant(layer.weight.numpy()), graph.constant(layer.bias.numpy())], transB=1)
    raise TypeError(f"{type(layer).__name__} is not written by hand")


def write_handmade(model, form, shape, path):
    """Writes a Sequential with its groups as `zeros`, `branches`, `split` or `grouped`."""
    graph = Graph()
    y = "x"
    for layer in model:
        y = write_layer(graph, y, layer, form)
    graph.nodes[-1].output[0] = "y"
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *shape])
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", model[-1].out_features])
    proto = helper.make_graph(graph.nodes, "groups", [given], [made], graph.weights)
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(proto, opset_imports=opsets, ir_version=8, producer_name="groupwise-fixtures"), path)
