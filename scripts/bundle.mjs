// @ts-check
/** The page's script and style, and the packages that go along, after `tsc`: part of `npm run build`. */
import { fileURLToPath } from 'node:url';
import { bundle } from './setup/bundle.mjs';
import { vendor } from './setup/vendor.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
await bundle(root);
vendor(root);
