// Errors are known by name: those of the modules are instances of the classes that CommonJS entries have, and the other way round.

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/** The bytes are not a model file that this version can read; says what they are and where the fault is. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  /** @internal */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'FormatError');
  }

  /** @param offset the byte of the file at which the fault was found, if it has a place */
  constructor(
    message: string,
    readonly offset?: number,
  ) {
    super(offset === undefined ? message : `${message} (byte ${offset})`);
  }
}

/** A tensor does not have the shape or type that an op or the model takes. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  /** @internal */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'ShapeError');
  }
}

/** The ONNX network uses something that has no counterpart here; `problems` lists every place. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
  /** @internal */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'UnsupportedError');
  }

  constructor(readonly problems: readonly string[]) {
    super(
      problems.length === 1 ? problems[0] : `${problems.length} problems:\n${problems.map((p) => `- ${p}`).join('\n')}`,
    );
  }
}

/** A photo cannot be decoded, read or brought to the size that the network takes. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  /** @internal */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'ImageError');
  }
}

/** A model could not be fetched or read from its source. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  /** @internal */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'LoadError');
  }
}

/** The JavaScript engine lacks something that is needed, or a disposed model was used. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** @internal */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'EngineError');
  }
}
