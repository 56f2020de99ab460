// The pages of the guide: their style, and the menu, which is open where there is room for it.

import '../styles/site.js';
import './guide.css';
import { byId } from '../element.js';
import { keepOffline } from '../offline.js';

const menu = byId('menu', HTMLDetailsElement);
const isWide = matchMedia('(min-width: 60rem)');
const follow = (): void => void (menu.open = isWide.matches);
isWide.addEventListener('change', follow);
follow();
keepOffline();
