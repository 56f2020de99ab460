// From channels first (PyTorch, ONNX) to channels last (TensorFlow, TFLite).

/**
 * Moves the axes of a tensor: axis i of the result is axis `order[i]` of the source.
 * @param {Float32Array} source
 * @param {number[]} shape
 * @param {number[]} order
 */
export const transposed = (source, shape, order) => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const result = new Float32Array(source.length);
  let place = 0;
  const fill = (depth, offset) => {
    if (depth === order.length) result[place++] = source[offset];
    else for (let i = 0; i < shape[order[depth]]; i++) fill(depth + 1, offset + i * strides[order[depth]]);
  };
  fill(0, 0);
  return result;
};

/** A picture [channels, height, width] as [height, width, channels]. @param {Float32Array} picture @param {number[]} shape */
export const channelsLast = (picture, shape) => transposed(picture, shape, [1, 2, 0]);
