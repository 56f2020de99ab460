// The pages of the guide: their style, and the menu of small screens.

import '../styles/site.js';
import './guide.css';
import { byId } from '../element.js';
import { keepOffline } from '../offline.js';

const menu = byId('menu', HTMLButtonElement);
menu.addEventListener('click', () => {
  menu.setAttribute('aria-expanded', String(menu.getAttribute('aria-expanded') === 'false'));
});
keepOffline();
