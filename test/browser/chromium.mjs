// @ts-check
/** A headless browser, where one is installed. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

/** Path of the browser; EPOCHNOISE_CHROMIUM names another. */
export const browserPath = [process.env.EPOCHNOISE_CHROMIUM ?? '', ...PLACES].find((path) => path && existsSync(path));

/** Why what needs one is left out, if it is. */
export const missing = browserPath
  ? ''
  : 'no Chromium; install the package chromium, or name one by EPOCHNOISE_CHROMIUM';

export async function launch() {
  // In a container there is no user name space for the sandbox.
  return await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] });
}
