// The rules of ONNX operators: which nodes each form of an operator becomes.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';

import { UnsupportedError } from '../../../src/errors.js';
import type { Graph } from '../../../src/ir/graph.js';
import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';
import { readOnnx } from '../../../src/converter/onnx/read.js';
import { atOnce } from '../../../src/next-task.js';
import { supportedOperators } from '../../../src/converter/onnx/rules/index.js';
import { evaluate } from '../../support/onnx/evaluate.js';
import { floats, longs, writeOnnx, type AttributeSpec, type TensorSpec } from '../../support/onnx/write.js';

const test = suite('rules');

type Case = {
  op: string;
  opset?: number;
  /** Shapes of the inputs a, b, ...; then come the tensors. */
  shapes?: (number | string)[][];
  tensors?: TensorSpec[];
  attributes?: Record<string, AttributeSpec>;
  outputs?: string[];
  batch?: number;
};

const apply = ({ op, opset, shapes = [], tensors = [], attributes, outputs = ['y'], batch = 1 }: Case): Graph => {
  const inputs = shapes.map((dims, index) => ({ name: 'abc'[index]!, dims }));
  const named = tensors.map((tensor, index) => ({ ...tensor, name: `t${index}` }));
  const names = [...inputs, ...named].map(({ name }) => name);
  const nodes = [{ op, inputs: names, outputs, attributes }];
  const bytes = writeOnnx({ opset, nodes, inputs, outputs: outputs.filter(Boolean), tensors: named });
  return atOnce(readOnnx(parseOnnx(bytes), { batch, evaluate }));
};

/** The nodes as op names with some attributes. */
const nodesOf = (graph: Graph, ...attributes: string[]) =>
  graph.nodes.map(({ op, attrs }) => [op.name, ...attributes.map((name) => attrs[name])]);

const shapesOf = (graph: Graph) => graph.outputs.map(({ value }) => value.shape);

const refusal = (spec: Case): string => {
  try {
    apply(spec);
  } catch (error) {
    assert.instance(error, UnsupportedError, (error as Error).stack);
    return (error as Error).message;
  }
  return assert.unreachable('it is supported') as never;
};

/** The elements of an operator on constants. */
const computed = (op: string, tensors: TensorSpec[], attributes?: Record<string, AttributeSpec>, opset?: number) => {
  const graph = apply({ op, tensors, attributes, opset });
  assert.is(graph.nodes.length, 0);
  return Array.from(graph.outputs[0]!.value.data!);
};

const six = floats('', [2, 3], [0, 1, 2, 3, 4, 5]);
const MOST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n) + 1n;

test('Slice accepts ends beyond the axis and negative steps', () => {
  const row = [longs('', [0]), longs('', [MOST]), longs('', [1]), longs('', [2])];
  assert.equal(computed('Slice', [six, ...row]), [0, 2, 3, 5]);
  const back = [longs('', [-1]), longs('', [LEAST]), longs('', [1]), longs('', [-1])];
  assert.equal(computed('Slice', [six, ...back]), [2, 1, 0, 5, 4, 3]);
  assert.equal(computed('Slice', [six], { starts: [1], ends: [2], axes: [-1] }, 9), [1, 4]);
  assert.throws(() => computed('Slice', [six, longs('', [2]), longs('', [1])]), /no elements/);
  assert.match(refusal({ op: 'Slice', shapes: [[2, 3]], tensors: [longs('', [2]), longs('', [1])] }), /no elements/);
});

test('Slice of a whole axis costs nothing', () => {
  assert.equal(
    nodesOf(apply({ op: 'Slice', shapes: [['N', 3]], tensors: [longs('', [0, 0]), longs('', [MOST, 3])] })),
    [],
  );
});

test('Split accepts all forms', () => {
  const three = { shapes: [[1, 7]], outputs: ['p', 'q', 'r'] };
  const counts = (spec: Case) => shapesOf(apply(spec)).map((shape) => shape[1]);
  assert.equal(counts({ op: 'Split', ...three, attributes: { axis: 1, num_outputs: 3 }, opset: 18 }), [3, 3, 1]);
  assert.equal(counts({ op: 'Split', ...three, attributes: { axis: -1 }, tensors: [longs('', [1, 2, 4])] }), [1, 2, 4]);
  assert.equal(counts({ op: 'Split', ...three, attributes: { axis: 1, split: [1, 5, 1] }, opset: 11 }), [1, 5, 1]);
  assert.match(
    refusal({ op: 'Split', ...three, tensors: [longs('', [1, 2, 3])], attributes: { axis: 1 } }),
    /\[1,2,3\] do not add up to 7/,
  );
});

test('Concat leaves out arrays without elements', () => {
  assert.equal(computed('Concat', [longs('', []), longs('', [1, 2]), longs('', [3])], { axis: 0 }), [1, 2, 3]);
});

test('Reshape stores kept sizes and one open size', () => {
  const stored = (from: number[], target: (number | bigint)[]) =>
    nodesOf(apply({ op: 'Reshape', shapes: [from], tensors: [longs('', target)] }), 'shape');
  assert.equal(stored([2, 12, 3], [0, 4, -1]), [['reshape', [0, 4, -1]]]);
  assert.equal(stored([2, 12, 3], [2, 36]), [['reshape', [0, 36]]]);
  assert.equal(stored([2, 12], [6, 4]), [['reshape', [-1, 4]]]);
  assert.equal(stored([2, 12], [2, 12]), []);
  assert.match(refusal({ op: 'Reshape', shapes: [[2, 3]], tensors: [longs('', [4, -1])] }), /cannot be reshaped/);
});

test('shapes are constants', () => {
  assert.equal(
    apply({ op: 'Shape', shapes: [['N', 3, 4]], attributes: { start: 1 }, batch: 7 }).outputs[0]!.value.data,
    new Int32Array([3, 4]),
  );
  assert.equal(apply({ op: 'Size', shapes: [['N', 3, 4]], batch: 2 }).outputs[0]!.value.data, new Int32Array([24]));
});

test('Squeeze, Unsqueeze and Flatten are reshapes', () => {
  assert.equal(shapesOf(apply({ op: 'Squeeze', shapes: [[2, 1, 3, 1]] })), [[2, 3]]);
  assert.equal(shapesOf(apply({ op: 'Squeeze', shapes: [[2, 1, 3, 1]], attributes: { axes: [-1] }, opset: 11 })), [
    [2, 1, 3],
  ]);
  assert.equal(shapesOf(apply({ op: 'Unsqueeze', shapes: [[2, 3]], tensors: [longs('', [0, -1])] })), [[1, 2, 3, 1]]);
  assert.equal(shapesOf(apply({ op: 'Flatten', shapes: [[2, 3, 4]], attributes: { axis: -1 } })), [[6, 4]]);
});

test('Pad spreads the pads of the listed axes', () => {
  const graph = apply({
    op: 'Pad',
    opset: 18,
    shapes: [[2, 3, 4]],
    tensors: [longs('', [1, 2]), floats('', [], [7]), longs('', [-1])],
  });
  assert.equal(nodesOf(graph, 'pads', 'value', 'mode'), [['pad', [0, 0, 1, 0, 0, 2], 7, 'constant']]);
});

test('auto_pad becomes pads', () => {
  const pads = (auto_pad: string, size: number, strides: number[]) =>
    nodesOf(
      apply({ op: 'MaxPool', shapes: [[1, 1, size]], attributes: { auto_pad, strides, kernel_shape: [4] } }),
      'pads',
    )[1]![1];
  assert.equal(pads('SAME_UPPER', 8, [1]), [1, 2]);
  assert.equal(pads('SAME_LOWER', 8, [1]), [2, 1]);
  assert.equal(pads('SAME_UPPER', 8, [2]), [1, 1]);
  assert.equal(pads('VALID', 8, [1]), [0, 0]);
});

test('ConvTranspose brings the result to output_shape', () => {
  const weights = floats('', [1, 1, 3], [1, 1, 1]);
  const sizes = (attributes: Record<string, AttributeSpec>) =>
    shapesOf(apply({ op: 'ConvTranspose', shapes: [[1, 1, 4]], tensors: [weights], attributes }))[0]![2];
  assert.is(sizes({ strides: [2] }), 9);
  assert.is(sizes({ strides: [2], output_shape: [8] }), 8);
  assert.is(sizes({ strides: [2], output_shape: [11] }), 11);
  assert.is(sizes({ strides: [2], auto_pad: 'SAME_UPPER' }), 8);
  assert.is(sizes({ strides: [2], pads: [1, 1], output_padding: [1] }), 8);
});

test('Gemm uses a row as bias and adds anything else', () => {
  const weights = floats('', [4, 3], new Array<number>(12).fill(1));
  const gemm = (c: TensorSpec) =>
    nodesOf(apply({ op: 'Gemm', shapes: [['N', 3]], tensors: [weights, c], attributes: { transB: 1 }, batch: 2 }));
  assert.equal(gemm(floats('', [4], [1, 2, 3, 4])), [['matmul']]);
  assert.equal(gemm(floats('', [1, 1], [1])), [['matmul']]);
  assert.equal(gemm(floats('', [2, 1], [1, 2])), [['matmul'], ['binary']]);
});

test('MatMul accepts vectors', () => {
  assert.equal(shapesOf(apply({ op: 'MatMul', shapes: [[3], [3, 4]] })), [[4]]);
  assert.equal(shapesOf(apply({ op: 'MatMul', shapes: [[2, 5, 3], [3]] })), [[2, 5]]);
  assert.equal(shapesOf(apply({ op: 'MatMul', shapes: [[3], [3]] })), [[]]);
});

test('Softmax before opset 13 spans all axes from one on', () => {
  assert.equal(nodesOf(apply({ op: 'Softmax', opset: 11, shapes: [[2, 3, 4]] })), [
    ['reshape'],
    ['softmax'],
    ['reshape'],
  ]);
  assert.equal(nodesOf(apply({ op: 'Softmax', opset: 11, shapes: [[2, 3, 1]] }), 'axis'), [['softmax', 1]]);
  assert.equal(nodesOf(apply({ op: 'Softmax', opset: 13, shapes: [[2, 3, 4]] }), 'axis'), [['softmax', 2]]);
});

test('axes of reductions are attributes, then inputs', () => {
  const shapes = [[2, 3, 4]];
  assert.equal(nodesOf(apply({ op: 'ReduceMean', opset: 11, shapes, attributes: { axes: [-1, 0] } }), 'axes', 'keep'), [
    ['reduce', [0, 2], true],
  ]);
  assert.equal(nodesOf(apply({ op: 'ReduceMean', opset: 18, shapes, tensors: [longs('', [1])] }), 'axes'), [
    ['reduce', [1]],
  ]);
  assert.equal(nodesOf(apply({ op: 'ReduceSum', opset: 13, shapes }), 'axes'), [['reduce', [0, 1, 2]]]);
  assert.equal(nodesOf(apply({ op: 'ReduceSum', opset: 13, shapes, attributes: { noop_with_empty_axes: 1 } })), []);
});

test('BatchNormalization is a factor and a term per channel', () => {
  const tensors = [
    [2, 4],
    [1, 1],
    [3, 5],
    [4, 16],
  ].map((values) => floats('', [2], values));
  const { nodes } = apply({
    op: 'BatchNormalization',
    shapes: [[1, 2, 3]],
    tensors,
    attributes: { epsilon: { float: 0 } },
  });
  const constants = nodes.flatMap(({ inputs }) => inputs.flatMap(({ data }) => (data ? [Array.from(data)] : [])));
  assert.equal(constants, [
    [1, 1],
    [-2, -4],
  ]);
});

test('Resize keeps only the axes that change', () => {
  const scales = [floats('', [0], []), floats('', [4], [1, 1, 2, 1.5])];
  const resize = apply({ op: 'Resize', shapes: [[1, 2, 4, 5]], tensors: scales, attributes: { mode: 'linear' } });
  assert.equal(nodesOf(resize, 'axes', 'sizes', 'scales'), [['resize', [2, 3], [8, 7], [2, 1.5]]]);
  const upsample = apply({
    op: 'Upsample',
    opset: 7,
    shapes: [[1, 2, 4, 5]],
    attributes: { scales: { floats: [1, 1, 2, 0.4] } },
  });
  assert.equal(nodesOf(upsample, 'axes', 'nearest', 'coordinates'), [
    ['resize', [2], 'floor', 'asymmetric'],
    ['resize', [3], 'ceil', 'asymmetric'],
  ]);
  const odd = { coordinate_transformation_mode: 'tf_half_pixel_for_nn' };
  assert.match(
    refusal({ op: 'Resize', opset: 11, shapes: [[1, 2, 4, 5]], tensors: scales, attributes: odd }),
    /tf_half_pixel_for_nn/,
  );
});

test('Constant, ConstantOfShape, Range and NonZero are computed', () => {
  assert.equal(computed('Constant', [], { value_floats: { floats: [1, 2] } }), [1, 2]);
  assert.equal(computed('Constant', [], { value: { tensor: longs('', [5]) } }), [5]);
  assert.equal(computed('ConstantOfShape', [longs('', [3])], { value: { tensor: longs('', [9]) } }), [9, 9, 9]);
  assert.equal(computed('Range', [longs('', [5], []), longs('', [0], []), longs('', [-2], [])]), [5, 3, 1]);
  assert.equal(computed('NonZero', [floats('', [2, 2], [0, 1, 1, 0])]), [0, 1, 1, 0]);
  const huge = { op: 'ConstantOfShape', tensors: [longs('', [2 ** 30, 2 ** 30])] };
  assert.match(refusal(huge), /too large/);
});

test('integer arithmetic keeps its types', () => {
  assert.equal(computed('Pow', [longs('', [3, 4]), floats('', [], [2])]), [9, 16]);
  assert.equal(computed('ReduceProd', [longs('', [3, 4])], { keepdims: 0 }), [12]);
  assert.equal(computed('Clip', [longs('', [-1, 5]), longs('', [0], [])]), [0, 5]);
});

test('DepthToSpace works on channels last', () => {
  for (const [mode, perm] of [
    ['DCR', [0, 1, 3, 2, 4, 5]],
    ['CRD', [0, 1, 4, 2, 5, 3]],
  ] as const) {
    const graph = apply({ op: 'DepthToSpace', shapes: [[1, 8, 2, 3]], attributes: { mode, blocksize: 2 } });
    assert.equal(graph.nodes.find(({ inputs }) => inputs[0]!.shape.length === 6)!.attrs.perm, perm);
    assert.equal(shapesOf(graph), [[1, 2, 4, 6]]);
  }
});

test('every operator refuses a node without inputs, attributes and outputs in words', () => {
  for (const op of supportedOperators()) {
    const spec = { op, outputs: ['y'] };
    try {
      apply(spec);
    } catch (error) {
      assert.instance(error, UnsupportedError, `${op}: ${(error as Error).stack}`);
    }
  }
});

test('every operator survives inputs of any rank', () => {
  const shapes = [[], [1], [4], [2, 3], [1, 4, 5], [1, 4, 5, 5]];
  for (const op of supportedOperators()) {
    for (const a of shapes) {
      for (const b of shapes) {
        try {
          apply({
            op,
            shapes: [a, b],
            attributes: { kernel_shape: [2, 2], blocksize: 2, num_groups: 2, to: 1, size: 3 },
          });
        } catch (error) {
          assert.instance(error, UnsupportedError, `${op} ${JSON.stringify([a, b])}: ${(error as Error).stack}`);
        }
      }
    }
  }
});

test.run();
