// Which files of a set are pictures, and of which class: the folder that they lie in.

import { SetError } from './set-error.js';

/** A picture by its path in the set, and the folder that is its class. */
export type LabelledPath = { path: string; folder: string };

/** The labelled pictures of a set. */
export type PictureSet = {
  /** The part of the set that is evaluated, such as `test`, if it has parts. */
  split?: string;
  /** Folders of the classes, ascending. */
  folders: readonly string[];
  /** By ascending path. */
  pictures: readonly LabelledPath[];
  /** How many files are no pictures of a class. */
  others: number;
};

/** Parts that are evaluated without being asked for, the first that there is. */
const SPLITS = ['test', 'val', 'validation'];

/** What pictures end in, also those that are not decoded here: they are counted as unreadable, not left out. */
const PICTURE = /\.(jpe?g|jfif|png|webp|bmp|gif|tiff?|avif|heic|jp2|jxl|p[bgp]m)$/i;

/** Files that systems leave behind. */
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;

/** The folder that a path begins with; empty for a file alone. */
const firstOf = (path: string): string => path.slice(0, Math.max(path.indexOf('/'), 0));

/** For every folder at the top whether it holds folders of pictures and no pictures. */
const aroundOthers = (paths: readonly string[]): Map<string, boolean> => {
  const folders = new Map<string, boolean>();
  for (const path of paths) {
    const folder = firstOf(path);
    if (folder) folders.set(folder, folders.get(folder) !== false && path.includes('/', folder.length + 1));
  }
  return folders;
};

const among = (names: readonly string[]): string => names.slice(0, 12).join(', ') + (names.length > 12 ? ', ...' : '');

/** The folder of the classes, with `/` behind it, and the part of the set that it is. */
const findClasses = (paths: readonly string[], wanted: string | undefined): { root: string; split?: string } => {
  let root = '';
  for (;;) {
    const inside = paths.filter((path) => path.startsWith(root)).map((path) => path.slice(root.length));
    const tops = aroundOthers(inside);
    const folders = [...tops.keys()];
    const around = folders.filter((folder) => tops.get(folder));
    const split =
      wanted === undefined ? SPLITS.find((name) => around.includes(name)) : around.find((name) => name === wanted);
    if (split !== undefined) return { root: `${root}${split}/`, split };
    // An archive often has one folder around everything.
    if (around.length !== 1 || folders.length !== 1 || inside.some((path) => !path.includes('/'))) {
      if (wanted === undefined) return { root };
      throw new SetError(`the set has no part '${wanted}': its folders are ${among(folders) || 'none'}`);
    }
    root += `${around[0]}/`;
  }
};

/**
 * The labelled pictures among the files of a set: `[part/]class/.../picture`.
 *
 * @param split the part to evaluate; default `test`, `val` or `validation` where there is one
 * @throws {SetError} if there are none
 */
export const findPictures = (paths: readonly string[], split?: string): PictureSet => {
  const all = paths.filter((path) => PICTURE.test(path) && !HIDDEN.test(path));
  if (!all.length)
    throw new SetError(
      `no pictures among ${paths.length} files: a set is class/picture.jpg, or test/class/picture.jpg`,
    );
  const found = findClasses(all, split);
  const inside = all.filter((path) => path.startsWith(found.root));
  const pictures = inside.flatMap((path) => {
    const folder = firstOf(path.slice(found.root.length));
    return folder ? [{ path, folder }] : [];
  });
  if (!pictures.length)
    throw new SetError(
      `${all.length} pictures, but none lies in the folder of a class: a set is class/picture.jpg, or test/class/picture.jpg`,
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
