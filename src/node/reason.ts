// Why the operating system refuses a file, in words.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ENOTDIR: 'a part of its path is no folder',
  ESPIPE: 'it is a pipe: give - and pass it as the standard input',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** Why a file cannot be read, in words. */
export const reasonOf = (error: unknown): string => {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (path === '') return 'its name is empty';
  if (code === 'ENOENT' && /^\w+:\/\//.test(path ?? '')) return 'it is a URL, and only files are read';
  return REASONS[code ?? ''] ?? message;
};
