// The text of the files for script tags, which the bundler puts here.

export const text: string;
