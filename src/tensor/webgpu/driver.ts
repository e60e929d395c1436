/** Where the software driver is: SwiftShader, which comes with Chromium. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ConfigurationError } from '../../errors.ts';

const FILE = 'vk_swiftshader_icd.json';
const FOLDERS = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/snap/chromium/current/usr/lib/chromium-browser',
];

/**
 * The driver's description, as the loader of Vulkan drivers takes it.
 *
 * @throws ConfigurationError where there is none
 */
export function softwareDriver(): string {
  const found = findDriver();
  if (found) return found;
  throw new ConfigurationError(
    'back end webgpu was asked to compute in software but found no SwiftShader: install Debian’s chromium-common and libvulkan1, or name its vk_swiftshader_icd.json in VK_DRIVER_FILES',
  );
}

/** Whether there is one. */
export const hasSoftwareDriver = (): boolean => findDriver() !== undefined;

const findDriver = (): string | undefined =>
  [...FOLDERS, ...downloadedBrowsers()].map((folder) => path.join(folder, FILE)).find((file) => existsSync(file));

/** Browsers that Playwright downloaded. */
function downloadedBrowsers(): string[] {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? path.join(homedir(), '.cache', 'ms-playwright');
  if (!existsSync(cache)) return [];
  return readdirSync(cache).flatMap((name) =>
    ['chrome-linux', 'chrome-linux64', 'chrome-headless-shell-linux64'].map((folder) => path.join(cache, name, folder)),
  );
}
