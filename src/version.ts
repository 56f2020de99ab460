/** The version of this package. */
export const VERSION = '0.1.0';

/** The producer that model files name. */
export const VERSION_TEXT = `groupwise ${VERSION}`;
