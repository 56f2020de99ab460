/** The version of this package. */
export const VERSION = '0.1.0';

/** What model files name as their producer. */
export const VERSION_TEXT = `groupwise ${VERSION}`;
