// @ts-check
/** The page's script and style alone, after `tsc`: part of `npm run build`. */
import { fileURLToPath } from 'node:url';
import { bundle } from './setup/bundle.mjs';

await bundle(fileURLToPath(new URL('../', import.meta.url)));
