/** What every page is: one document with its style, its script and its data, that needs no network. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MARKER } from './marker.ts';
import { escaped } from './markup.ts';
import { packedJson } from './packing.ts';

/** Parts of a page; all but the title are HTML. */
export interface PageParts {
  readonly title: string;
  /** Below the title. */
  readonly header: string;
  readonly main: string;
  /** Where its numbers are to be found; a sentence or two. */
  readonly source: string;
  /** Blocks of data that the script reads, by their ids. */
  readonly data: readonly (readonly [id: string, value: unknown])[];
}

/** Light or dark: a control that the script makes work. */
export const themeChoice =
  '<label>colours <select id="theme"><option value="auto">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label>';

/**
 * The page. The same parts give the same bytes.
 *
 * @throws Error where the program was not built: the page's script is compiled beside it
 */
export function pageDocument({ title, header, main, source, data }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${MARKER}
<link rel="icon" href="data:,">
<title>${escaped(title)} – epochnoise</title>
<style>
${asset('page.css')}
</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
${header}
</header>
<main>
${main}
</main>
<footer>
<p>${source} Theory: M. Kühn and B. Rosenow, <cite>Correlated Noise in Epoch-Based Stochastic Gradient Descent</cite>, arXiv:2306.05300.</p>
</footer>
${data.map(([id, value]) => `<script type="application/json" id="${id}">${packedJson(value)}</script>`).join('\n')}
<script>
${asset('client.js').replaceAll('</script', '<\\/script')}
</script>
</body>
</html>
`;
}

/** Where the build puts what a page is made of: beside this file, or, when the sources themselves run, in dist/. */
const PLACES = ['./', '../../../dist/report/page/'];

function asset(name: 'page.css' | 'client.js'): string {
  const paths = PLACES.map((place) => fileURLToPath(new URL(place + name, import.meta.url)));
  const path = paths.find((one) => existsSync(one));
  if (!path) throw new Error(`the page's ${name} is missing: build the program (npm run build)`);
  return readFileSync(path, 'utf8').trim();
}
