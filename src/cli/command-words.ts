// Hints of the library in the words of the command line: options as flags, functions as commands.

type Words = readonly (readonly [library: RegExp, command: string | ((...parts: string[]) => string)])[];

const FUNCTIONS: Words = [
  [/give Buffer\.from\(text, 'base64'\), or write 'data:;base64,' before it/g, 'decode it with `base64 -d` first'],
  [/Buffer\.from\(text, 'base64'\)/g, '`base64 -d`'],
  [/use loadModel/g, 'use `groupwise run`'],
  [/name one by the option scores/g, 'export the network with the output of the scores alone, or use `groupwise run`'],
  [/raise limits\.(macs|memory|loadMilliseconds)/g, 'give a larger number with --limits $1=...'],
  [/ \(option maxPixels\)/g, ': make it smaller first'],
];

/** The text of a message with commands where the library names functions. */
export const inCommandWords = (text: string): string => replaceAll(text, FUNCTIONS);

/**
 * The text of a message about a conversion with flags where the library names options. Commands other than `convert` convert
 * networks too, without these flags.
 */
export const withFlags = (text: string, command: string): string => {
  const [start, end] = command === 'convert' ? ['', ''] : ['`groupwise convert ', '`'];
  return replaceAll(text, [
    [/give externalData/g, 'name the network as a file, in the folder of that file, without --no-external-data'],
    [
      /the shapes option, as in \{ '(.*?)': \[(.*?)\] \}/g,
      (_, name, sizes) => `${start}--shape ${word(`${name}=${sizes}`)}${end}`,
    ],
    [/the constants option/g, `${start}--constant name=file.npy${end}`],
  ]);
};

/** A word as shells take it; `?` stands for what the reader fills in. */
const word = (text: string): string => (/^[\w./:=,?-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const replaceAll = (text: string, words: Words): string =>
  // one of the two signatures of `replace` takes each of the two kinds of replacement
  words.reduce((current, [library, command]) => current.replace(library, command as string), text);
