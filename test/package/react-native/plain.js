// What an app gets that imports from `groupwise`.

import * as groupwise from 'groupwise';

export const plain = groupwise;
