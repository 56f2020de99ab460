// Finds the labelled pictures among the files of a set. A picture's class is the folder that it is in.

import { SetError } from './set-error.js';

/** A picture: its path in the set, and the class folder that it is in. */
export type LabelledPath = { path: string; folder: string };

/** The labelled pictures of a set. */
export type PictureSet = {
  /** The part of the set that is evaluated, such as `test`, if it has parts. */
  split?: string;
  /** Names of the class folders, ascending. */
  folders: readonly string[];
  /** By ascending path. */
  pictures: readonly LabelledPath[];
  /** Number of files that are not pictures in a class folder. */
  others: number;
};

/** Parts of a set that are evaluated by default: the first of these that exists. */
const SPLITS = ['test', 'val', 'validation'];

/** Names of pictures, including formats that cannot be decoded: these are reported as unreadable instead of ignored. */
const PICTURE = /\.(jpe?g|jfif|png|webp|bmp|gif|tiff?|avif|heic|jp2|jxl|p[bgp]m)$/i;

/** Files created by operating systems. */
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;

/** Whether a path is that of a picture, which may be of a format that cannot be decoded. */
export const isPicture = (path: string): boolean => PICTURE.test(path) && !HIDDEN.test(path);

/** The first folder of a path; empty for a file without a folder. */
const topFolder = (path: string): string => path.slice(0, Math.max(path.indexOf('/'), 0));

/** For every top folder, whether all its pictures are in subfolders; then it is a part or a wrapper, not a class. */
const topFolders = (paths: readonly string[]): Map<string, boolean> => {
  const folders = new Map<string, boolean>();
  for (const path of paths) {
    const folder = topFolder(path);
    if (folder) folders.set(folder, folders.get(folder) !== false && path.includes('/', folder.length + 1));
  }
  return folders;
};

/** Maximum number of folders in an error. */
const MAX_LISTED = 12;

const listOf = (names: readonly string[]): string =>
  names.slice(0, MAX_LISTED).join(', ') + (names.length > MAX_LISTED ? ', ...' : '');

/** Maximum number of folders, one in another, around the class folders. */
const MAX_WRAPPERS = 32;

/** The folder that contains the class folders, ending with `/`, and the part of the set that it is. */
const findClasses = (paths: readonly string[], wanted: string | undefined): { root: string; split?: string } => {
  let root = '';
  for (let depth = 0; ; depth++) {
    const inside = paths.filter((path) => path.startsWith(root)).map((path) => path.slice(root.length));
    const tops = topFolders(inside);
    const folders = [...tops.keys()];
    const outer = folders.filter((folder) => tops.get(folder));
    const split =
      wanted === undefined ? SPLITS.find((name) => outer.includes(name)) : outer.find((name) => name === wanted);
    if (split !== undefined) return { root: `${root}${split}/`, split };
    // Archives often have a single folder around everything.
    if (
      depth === MAX_WRAPPERS ||
      outer.length !== 1 ||
      folders.length !== 1 ||
      inside.some((path) => !path.includes('/'))
    ) {
      if (wanted === undefined) return { root };
      const parts = outer.length ? `its parts are ${listOf(outer)}` : 'it has no parts, only classes';
      throw new SetError(`the set has no part '${wanted}': ${parts}`);
    }
    root += `${outer[0]}/`;
  }
};

/**
 * The labelled pictures among the files of a set: `[part/]class/.../picture`.
 *
 * @param split the part to evaluate; default `test`, `val` or `validation`, if there is one
 * @throws {SetError} if there are none
 */
export const findPictures = (paths: readonly string[], split?: string): PictureSet => {
  const all = paths.filter(isPicture);
  if (!all.length)
    throw new SetError(
      `no pictures among ${paths.length} files: a set is class/picture.jpg, or test/class/picture.jpg`,
    );
  const found = findClasses(all, split);
  const inside = all.filter((path) => path.startsWith(found.root));
  const pictures = inside.flatMap((path) => {
    const folder = topFolder(path.slice(found.root.length));
    return folder ? [{ path, folder }] : [];
  });
  if (!pictures.length)
    throw new SetError(
      `no picture of ${all.length} is in a class folder: a set is class/picture.jpg, or test/class/picture.jpg`,
    );
  pictures.sort((a, b) => (a.path < b.path ? -1 : 1));
  const folders = [...new Set(pictures.map(({ folder }) => folder))].sort();
  const visible = paths.filter((path) => path.startsWith(found.root) && !HIDDEN.test(path));
  return {
    ...(found.split !== undefined && { split: found.split }),
    folders,
    pictures,
    others: visible.length - pictures.length,
  };
};
