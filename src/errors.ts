// The errors that groupwise throws. docs/errors.md says when, and how to fix them.

/**
 * The base class of every error that groupwise throws on purpose, except that an aborted call rejects with the reason
 * of its signal. `code` names the kind of error and never changes; use it to recognise errors thrown by another copy of
 * this package, whose classes differ.
 */
export abstract class GroupwiseError extends Error {
  /** The kind of error; it never changes between versions. */
  abstract readonly code: `GW_${string}`;
  /** The name of the class, even in minified code. */
  abstract override readonly name: string;
}

/** An argument or option is unknown, or has a wrong type or value; the message says what was found and expected. */
export class ArgumentError extends GroupwiseError {
  override readonly name = 'ArgumentError';
  readonly code = 'GW_ARGUMENT';

  /** Says what was found and what was expected. */
  constructor(
    message: string,
    /** The argument or option, as the message calls it, if it is one of several. */
    readonly argument?: string,
  ) {
    super(message);
  }
}

/** The bytes are not a file that this version can read; the message says what they are and where the error is. */
export class FormatError extends GroupwiseError {
  override readonly name = 'FormatError';
  readonly code = 'GW_FORMAT';

  /** Appends `offset` to the message. */
  constructor(
    message: string,
    /** The position in the file at which the error was found, in bytes. */
    readonly offset?: number,
  ) {
    super(offset === undefined ? message : `${message} (byte ${offset})`);
  }
}

/** A tensor does not have the shape or type that an op or the model expects. */
export class ShapeError extends GroupwiseError {
  override readonly name = 'ShapeError';
  readonly code = 'GW_SHAPE';
}

/** Problems that a message lists; a damaged network may have one for every node. */
const MAX_LISTED = 50;

/** The ONNX network uses something that groupwise does not support; `problems` lists everything. */
export class UnsupportedError extends GroupwiseError {
  override readonly name = 'UnsupportedError';
  readonly code = 'GW_UNSUPPORTED';

  /** Lists the first problems in the message. */
  constructor(
    /** Everything that is not supported: one sentence per problem, with the name of the node. */
    readonly problems: readonly string[],
  ) {
    const more = problems.length - MAX_LISTED;
    const listed = problems.slice(0, MAX_LISTED).map((problem) => `\n- ${problem}`);
    super(
      problems.length === 1
        ? problems[0]
        : `${problems.length} problems:${listed.join('')}${more > 0 ? `\n- and ${more} more` : ''}`,
    );
  }
}

/** A photo cannot be read, decoded or resized for the network. */
export class ImageError extends GroupwiseError {
  override readonly name = 'ImageError';
  readonly code = 'GW_IMAGE';
}

/** A model could not be fetched or read from its source. */
export class LoadError extends GroupwiseError {
  override readonly name = 'LoadError';
  readonly code = 'GW_LOAD';
}

/** The JavaScript engine lacks a required feature or memory, or a disposed model was used. */
export class EngineError extends GroupwiseError {
  override readonly name = 'EngineError';
  readonly code = 'GW_ENGINE';
}
