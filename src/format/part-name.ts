// Names of the parts of a model that is split, such as `model.gw.2`.

/** Characters at the end of a path or URL that can hold the name and a query. */
const END = 1000;

/** What to add to the message about a file that is no model, if its path or URL is that of a part. */
export const cureOfPart = (path: string): string => {
  const [, model] = /([^\\/]{1,200}\.gw)\.\d+([?#].*)?$/is.exec(path.slice(-END)) ?? [];
  return model ? `; it is named as a part of a split model: load ${model}.json` : '';
};
