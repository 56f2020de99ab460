// What groupwise throws. docs/errors.md lists when, and what helps.

/**
 * The base class of every error that groupwise throws on purpose, except that an aborted call rejects with the reason of
 * its signal. `code` names the kind of error; it stays the same in all versions, and is the way to tell errors of
 * different copies of this package, whose classes differ.
 */
export abstract class GroupwiseError extends Error {
  /** The kind of error, the same in all versions. */
  abstract readonly code: `GW_${string}`;
  /** The name of the class, also where code is minified. */
  abstract override readonly name: string;
}

/** An argument or option is unknown, or has a wrong type or value; says what was found and what was expected. */
export class ArgumentError extends GroupwiseError {
  override readonly name = 'ArgumentError';
  readonly code = 'GW_ARGUMENT';
}

/** The bytes are not a file that this version can read; says what they are and where the fault is. */
export class FormatError extends GroupwiseError {
  override readonly name = 'FormatError';
  readonly code = 'GW_FORMAT';

  /** Says what is wrong, and where. */
  constructor(
    message: string,
    /** The byte of the file at which the fault was found, if it has a place. */
    readonly offset?: number,
  ) {
    super(offset === undefined ? message : `${message} (byte ${offset})`);
  }
}

/** A tensor does not have the shape or type that an op or the model takes. */
export class ShapeError extends GroupwiseError {
  override readonly name = 'ShapeError';
  readonly code = 'GW_SHAPE';
}

/** The ONNX network uses something that groupwise does not support; `problems` lists every place. */
export class UnsupportedError extends GroupwiseError {
  override readonly name = 'UnsupportedError';
  readonly code = 'GW_UNSUPPORTED';

  /** Says what is not supported. */
  constructor(
    /** Everything that is not supported: one sentence each, with the name of the node. */
    readonly problems: readonly string[],
  ) {
    super(
      problems.length === 1 ? problems[0] : `${problems.length} problems:\n${problems.map((p) => `- ${p}`).join('\n')}`,
    );
  }
}

/** A photo cannot be read, decoded or brought to the size that the network takes. */
export class ImageError extends GroupwiseError {
  override readonly name = 'ImageError';
  readonly code = 'GW_IMAGE';
}

/** A model could not be fetched or read from its source. */
export class LoadError extends GroupwiseError {
  override readonly name = 'LoadError';
  readonly code = 'GW_LOAD';
}

/** The JavaScript engine lacks something that is needed, or a disposed model was used. */
export class EngineError extends GroupwiseError {
  override readonly name = 'EngineError';
  readonly code = 'GW_ENGINE';
}
