// The text of the script of the page, which the bundler puts here.

export const text: string;
