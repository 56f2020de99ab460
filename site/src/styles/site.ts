// The style of all pages.

import 'virtual:tokens.css';
import './site.css';
