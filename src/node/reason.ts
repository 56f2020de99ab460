// Why a file cannot be read, in words.

import { existsSync } from 'node:fs';
import { isBase64 } from '../arguments.js';
import { nameReason, TOO_LONG } from './name-reason.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ENOTDIR: 'a part of its path is no folder',
  ESPIPE: 'it is a pipe: give - and pass it as the standard input',
  ENODEV: 'it is a device, not a file',
  ENXIO: 'it is a socket, not a file',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: TOO_LONG,
};

/** A folder that another framework writes. */
const folderOf = (path: string): string => {
  const kind = path.replace(/\/+$/, '').endsWith('.mlpackage')
    ? ', a Core ML package'
    : existsSync(`${path}/saved_model.pb`) && ', a TensorFlow SavedModel';
  return `it is a folder${kind ? `${kind}: export its network to ONNX` : ': name a file in it'}`;
};

/** Why a file cannot be read, in words; `path` where the error does not name it. */
export const reasonOf = (error: unknown, path?: string): string => {
  const { code, message, path: named = path } = error as NodeJS.ErrnoException;
  if (named === '') return 'its name is empty';
  if (code === 'EISDIR') return folderOf(named ?? '');
  if (isBase64(named ?? '')) return nameReason(named!);
  if (/^(\w+:\/\/|data:|blob:)/i.test(named ?? '')) return 'it is a URL, and only files are read: give a path';
  return REASONS[code ?? ''] ?? message;
};
