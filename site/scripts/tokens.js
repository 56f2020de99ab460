// The colours of reports as a style sheet of the site: `import 'virtual:tokens.css'`.

import { COLOUR_CLASSES, TOKENS } from '../../build/src/report/tokens.js';

const NAME = 'virtual:tokens.css';

/** The plugin. */
export const tokens = () => ({
  name: 'tokens',
  resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
  load: (id) => (id === `\0${NAME}` ? `${TOKENS}\n${COLOUR_CLASSES}` : undefined),
});
