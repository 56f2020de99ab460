// What TensorFlow.js computes each node with.

/** TensorFlow's names of the activations that its kernels fuse. */
const FUSED = { none: 'linear', relu: 'relu', relu6: 'relu6' };

/** Axis of the channels. */
const CHANNELS = 3;

/** Applies an activation to a tensor, which it disposes of. */
const ACTIVATE = {
  none: (_, x) => x,
  relu: (tf, x) => tf.relu(x),
  hardswish: (tf, x) => tf.mul(tf.mul(x, tf.relu6(tf.add(x, 3))), 1 / 6),
  hardsigmoid: (tf, x) => tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6),
  sigmoid: (tf, x) => tf.sigmoid(x),
  silu: (tf, x) => tf.mul(x, tf.sigmoid(x)),
};

/** Calls an op whose options say which activation is fused, then the activation if it cannot be. */
const activated = (tf, activation, call) => {
  if (activation in FUSED) return call(FUSED[activation]);
  return tf.tidy(() => ACTIVATE[activation](tf, call(FUSED.none)));
};

/** For each op, its constants as tensors and what to call with the input tensors. */
export const APPLY = {
  conv(tf, { weights, shape, bias, stride, padding, activation, depthwise }) {
    const convolve = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
    const options = { filter: tf.tensor4d(weights, shape), bias: tf.tensor1d(bias), strides: stride, pad: padding };
    return ([x]) => activated(tf, activation, (fused) => convolve({ ...options, x, activation: fused }));
  },
  gather(tf, { channels }) {
    const indices = tf.tensor1d(channels, 'int32');
    return ([x]) => tf.gather(x, indices, CHANNELS);
  },
  concat: (tf) => (inputs) => tf.concat(inputs, CHANNELS),
  add:
    (tf, { activation }) =>
    ([a, b]) =>
      tf.tidy(() => ACTIVATE[activation](tf, tf.add(a, b))),
  mul:
    (tf) =>
    ([x, factors]) =>
      tf.mul(x, factors),
  'max-pool':
    (tf, { kernel, stride, padding }) =>
    ([x]) =>
      tf.maxPool(x, kernel, stride, padding),
  /** Means transpose their input first, so that pooling is faster. */
  average:
    (tf) =>
    ([x]) =>
      tf.avgPool(x, [x.shape[1], x.shape[2]], 1, 'valid'),
  upsample:
    (tf) =>
    ([x]) =>
      tf.image.resizeNearestNeighbor(x, [x.shape[1] * 2, x.shape[2] * 2]),
  /** There is no such op, and this convolution is faster than slices or a transposition. */
  'space-to-depth'(tf, { inputChannels }) {
    const channels = 4 * inputChannels;
    const filter = tf.reshape(tf.eye(channels), [2, 2, inputChannels, channels]);
    return ([x]) => tf.conv2d(x, filter, 2, 'valid');
  },
  positions: (tf) => (inputs) =>
    tf.tidy(() =>
      tf.concat(
        inputs.map((x) => tf.reshape(x, [1, -1, x.shape[CHANNELS]])),
        1,
      ),
    ),
  linear(tf, { weights, shape, bias, activation }) {
    const [b, offsets] = [tf.tensor2d(weights, shape), tf.tensor1d(bias)];
    return ([x]) =>
      tf.tidy(() => {
        const a = tf.reshape(x, [1, shape[0]]);
        return activated(tf, activation, (fused) => tf.fused.matMul({ a, b, bias: offsets, activation: fused }));
      });
  },
};
