// The operators of TensorFlow Lite by their numbers, and the fields of their options (schema.fbs).

const NAMES =
  'ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT'.split(
    ' ',
  );

/** The number of operators that are not built in; they have a name of their own. */
export const CUSTOM = 32;

/** The name of a built-in operator. */
export const operatorName = (code: number): string => NAMES[code] ?? `operator ${code}`;

const POOL = ['padding', 'stride_w', 'stride_h', 'filter_width', 'filter_height', 'fused_activation_function'];
const FUSED = ['fused_activation_function'];
const KEEP = ['keep_dims'];

/** The options of operators, in the order of the schema. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  ADD: FUSED,
  SUB: FUSED,
  MUL: FUSED,
  DIV: FUSED,
  L2_NORMALIZATION: FUSED,
  AVERAGE_POOL_2D: POOL,
  MAX_POOL_2D: POOL,
  L2_POOL_2D: POOL,
  CONV_2D: ['padding', 'stride_w', 'stride_h', 'fused_activation_function', 'dilation_w_factor', 'dilation_h_factor'],
  DEPTHWISE_CONV_2D: [
    'padding',
    'stride_w',
    'stride_h',
    'depth_multiplier',
    'fused_activation_function',
    'dilation_w_factor',
    'dilation_h_factor',
  ],
  TRANSPOSE_CONV: ['padding', 'stride_w', 'stride_h', 'fused_activation_function'],
  FULLY_CONNECTED: ['fused_activation_function', 'weights_format', 'keep_num_dims'],
  BATCH_MATMUL: ['adj_x', 'adj_y'],
  CONCATENATION: ['axis', 'fused_activation_function'],
  RESHAPE: ['new_shape'],
  SQUEEZE: ['squeeze_dims'],
  SPACE_TO_DEPTH: ['block_size'],
  DEPTH_TO_SPACE: ['block_size'],
  MEAN: KEEP,
  SUM: KEEP,
  REDUCE_MAX: KEEP,
  REDUCE_MIN: KEEP,
  REDUCE_PROD: KEEP,
  REDUCE_ANY: KEEP,
  REDUCE_ALL: KEEP,
  ARG_MAX: ['output_type'],
  ARG_MIN: ['output_type'],
  SOFTMAX: ['beta'],
  LOCAL_RESPONSE_NORMALIZATION: ['radius', 'bias', 'alpha', 'beta'],
  RESIZE_BILINEAR: ['new_height', 'new_width', 'align_corners', 'half_pixel_centers'],
  RESIZE_NEAREST_NEIGHBOR: ['align_corners', 'half_pixel_centers'],
  STRIDED_SLICE: ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask', 'offset'],
  SPLIT: ['num_splits'],
  SPLIT_V: ['num_splits'],
  PACK: ['values_count', 'axis'],
  UNPACK: ['num', 'axis'],
  GATHER: ['axis', 'batch_dims'],
  MIRROR_PAD: ['mode'],
  LEAKY_RELU: ['alpha'],
  GELU: ['approximate'],
  SHAPE: ['out_type'],
  ONE_HOT: ['axis'],
  CUMSUM: ['exclusive', 'reverse'],
  REVERSE_SEQUENCE: ['seq_dim', 'batch_dim'],
};

/** The number of an operator's option. */
export const optionField = (opType: string, name: string): number => {
  const field = OPTIONS[opType]?.indexOf(name) ?? -1;
  if (field < 0) throw new Error(`${opType} has no option ${name}`);
  return field;
};
