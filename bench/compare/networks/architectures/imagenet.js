// What networks for ImageNet have in common.

/** Height and width of pictures. */
export const SIZE = 224;

export const CLASSES = 1000;
