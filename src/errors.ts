// The errors that groupwise throws, and how messages show text from outside. docs/errors.md says when, and how to fix them.

/**
 * Controls (C0, DEL, C1), line separators, lone surrogates and formats such as changes of the writing direction. The joiners
 * U+200C and U+200D are parts of words and emoji.
 */
export const UNPRINTABLE = unprintable();

function unprintable(): RegExp {
  try {
    return RegExp('(?![\\u200c\\u200d])[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]', 'gu');
  } catch {
    return /[^ -~\xa0-\u2027\u202f-\u2065\u206a-\uffff]/g; // old releases of Hermes have no properties of characters
  }
}

/** `\n`, `\x1b` or `\u202e`. */
const escapeCharacter = (character: string): string => {
  if (character === '\n') return '\\n';
  const code = character.codePointAt(0)!.toString(16);
  return code.length < 3 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
};

/** Text on one line, without characters that control a terminal. Escaping twice is the same as escaping once. */
export const escaped = (text: string): string => text.replace(UNPRINTABLE, escapeCharacter);

/**
 * The same; URLs lose their names and passwords, and queries that are long enough for a secret. The time is
 * linear: no expression can fail after the start of a URL, and so none reads a character again.
 */
export const printable = (text: string): string =>
  escaped(text)
    .replace(/(https?:[\\/]*)([^\\/?#\s]*)/gi, (_, scheme, host: string) => scheme + host.replace(/^.*@/, ''))
    .replace(/(https?:[^\s?]*\??)([^\s'"]{25,})?/gi, (_, start, query) => start + (query ? '...' : ''));

/** A text in a message, at most `max` characters of it. */
export const shortened = (text: string, max = 100): string => {
  // a password in a text that is a URL may have spaces
  const shown = printable(text.slice(0, 2000).replace(/^(https?:[\\/]*)[^\\/?#]*@/i, '$1'));
  return shown.length > max ? `${shown.slice(0, max)}...` : shown;
};

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

  /** Escapes control characters; the lines of a list are its own. */
  constructor(message: string | readonly string[], options?: { cause?: unknown }) {
    super([message].flat().map(printable).join('\n'), options);
  }
}

/** An argument or option is unknown, or has a wrong type or value; the message says what was found and expected. */
export class ArgumentError extends GroupwiseError {
  override readonly name = 'ArgumentError';
  readonly code = 'GW_ARGUMENT';

  /** Says what was found and what was expected. */
  constructor(
    message: string,
    /** The name of the argument or option, if it is one of several. */
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
    const listed = problems.slice(0, MAX_LISTED).map((problem) => `- ${problem}`);
    super(
      problems.length === 1
        ? problems[0]!
        : [`${problems.length} problems:`, ...listed, ...(more > 0 ? [`- and ${more} more`] : [])],
    );
  }
}

/** A photo cannot be read, decoded or resized for the network. */
export class ImageError extends GroupwiseError {
  override readonly name = 'ImageError';
  readonly code = 'GW_IMAGE';
  /** Seconds after which another try may help, as for a `LoadError`. */
  declare readonly retryAfter?: number;
}

/** A model could not be fetched or read from its source. */
export class LoadError extends GroupwiseError {
  override readonly name = 'LoadError';
  readonly code = 'GW_LOAD';
  /**
   * Seconds after which another try may help: 0 if the network failed, or what a busy server asks for. Undefined if no
   * try will help. One second try has been made.
   */
  declare readonly retryAfter?: number;
}

/** The JavaScript engine lacks a required feature or memory, or a disposed model was used. */
export class EngineError extends GroupwiseError {
  override readonly name = 'EngineError';
  readonly code = 'GW_ENGINE';
}

/** The error of a module of this package that is loaded later, and cannot be. `fault` names its file. */
export const moduleMissing = (fault: string, cause: unknown): LoadError =>
  new LoadError(`${fault}: ${(cause as Error).message}. Publish all files of groupwise together`, { cause });
