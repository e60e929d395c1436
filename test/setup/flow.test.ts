/** Set-up as a user runs it, from the command line, with stand-ins for all that it calls. */
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCheckout } from './checkout.ts';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
const steps = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('set-up: ') && line[8] !== ' ');

describe('a first set-up', () => {
  test('goes through all steps, on standard error only; a second one has nothing to do and nothing to say', async () => {
    const checkout = makeCheckout(newFolder);
    const first = await checkout.setUp();
    expect(first.code).toBe(0);
    expect(first.stdout).toBe('');
    expect(steps(first.stderr)).toEqual([
      expect.stringMatching(
        /^set-up: libtensorflow: downloading the wheel tensorflow\S*==2\.15\.1 with python3 -m pip/,
      ),
      expect.stringMatching(/^set-up: libtensorflow: unpacking tensorflow_cpu-2\.15\.1\.whl into .*epochnoise …$/),
      'set-up: binding: building it with the C++ compiler (about 10 s) …',
      expect.stringMatching(/^set-up: libtensorflow: 2\.15\.1 from tensorflow\S*==2\.15\.1 is in place$/),
      'set-up: TypeScript: compiling src/ to dist/ …',
    ]);
    expect(checkout.record().libtensorflow).toMatchObject({ version: '2.15.1' });
    expect(await checkout.setUp()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('links the command where npx looks, and again where the link is gone', async () => {
    const checkout = makeCheckout(newFolder);
    const command = join(checkout.root, 'node_modules/.bin/epochnoise');
    await checkout.setUp();
    expect((await checkout.start(command, ['doctor'], { PATH: dirname(process.execPath) })).stdout).toBe(
      'ran doctor\n',
    );
    rmSync(command);
    expect((await checkout.setUp()).stderr).toBe('');
    expect(existsSync(command)).toBe(true);
  });

  test('leaves nothing half done: not in the cache, not in the temporary folder', async () => {
    const checkout = makeCheckout(newFolder);
    await checkout.setUp();
    expect(readdirSync(checkout.cache).sort()).toEqual(['bindings', 'libtensorflow']);
    expect(readdirSync(checkout.temporary)).toEqual([]);
  });

  test('of another checkout takes library and binding from the cache: no pip, no compiler', async () => {
    const first = makeCheckout(newFolder);
    await first.setUp();
    const cache = join(first.cache, '..');
    const second = makeCheckout(newFolder, { cache, tools: [] });
    const { code, stderr } = await second.setUp();
    expect(code).toBe(0);
    expect(stderr).toContain('its checksums are right');
    expect(stderr).toContain('binding: taken from the cache');
    expect(second.log()).toBe('');
  });

  test('mends a damaged cache', async () => {
    const first = makeCheckout(newFolder);
    await first.setUp();
    const [kept] = readdirSync(join(first.cache, 'libtensorflow'));
    const [binding] = readdirSync(join(first.cache, 'bindings'));
    writeFileSync(join(first.cache, 'libtensorflow', kept, 'lib/libtensorflow_cc.so.2'), 'damaged');
    writeFileSync(join(first.cache, 'bindings', binding, 'tfjs_binding.node'), 'damaged');
    const second = makeCheckout(newFolder, { cache: join(first.cache, '..') });
    const { code, stderr } = await second.setUp();
    expect(code).toBe(0);
    expect(stderr).toContain('lib/libtensorflow_cc.so.2 is missing or was changed, so this copy is removed');
    expect(stderr).toContain('binding: building it');
    expect(second.log()).toBe('pip');
  });
});

describe('without a library', () => {
  test('every route says why it failed, and the last words are what to do; set-up itself is done', async () => {
    const checkout = makeCheckout(newFolder);
    const { code, stderr } = await checkout.setUp([], { FAKE_PIP: 'fails' });
    expect(code).toBe(0);
    const said = steps(stderr);
    expect(said.slice(1, 5)).toEqual([
      'set-up: libtensorflow: the TensorFlow wheel by pip failed: pip could not download it: ERROR: No matching distribution found',
      "set-up: libtensorflow: next, tfjs-node's own download",
      "set-up: libtensorflow: downloading what tfjs-node's own installer downloads …",
      "set-up: libtensorflow: tfjs-node's own download failed: the installer ended with: Error: getaddrinfo ENOTFOUND",
    ]);
    expect(said.at(-1)).toContain('so the back end `tensorflow` cannot be used');
    expect(stderr.trimEnd()).toMatch(/npm start -- --set backend=cpu\nset-up: {3}more in docs\/how-to\/install\.md$/);
    expect(checkout.record()).toMatchObject({ libtensorflow: null, reason: expect.stringContaining('ENOTFOUND') });
    expect(existsSync(join(checkout.root, 'dist/cli/main.js'))).toBe(true);
  });

  test('the next set-up says the same without trying again, until it is asked to', async () => {
    const checkout = makeCheckout(newFolder, { tools: [] });
    await checkout.setUp();
    expect(checkout.log()).toBe('installer');
    const { stderr } = await checkout.setUp();
    expect(stderr).toContain('missing: a C++ compiler, make and Python 3');
    expect(stderr).toContain('Python 3 with pip was not found');
    expect(checkout.log()).toBe('installer');
    await checkout.setUp(['--retry']);
    expect(checkout.log()).toBe('installer installer');
  });

  test('Python without pip: pip is what is missing', async () => {
    const { stderr } = await makeCheckout(newFolder).setUp([], { FAKE_PIP: 'none' });
    expect(stderr).toContain('missing: pip');
  });

  test('a compiler that has come since is noticed, and another copy of the library is not asked for', async () => {
    const checkout = makeCheckout(newFolder, { tools: ['python3'] });
    const before = await checkout.setUp();
    expect(before.stderr).toContain('the binding could not be built without a C++ compiler and make');
    expect(before.stderr).not.toContain('without a connection');
    const bin = fill(newFolder(), { 'g++': '', make: '' });
    for (const tool of ['g++', 'make']) chmodSync(join(bin, tool), 0o755);
    const python = (await checkout.start(process.execPath, ['-p', 'process.env.PATH'])).stdout.trim();
    const { code, stderr } = await checkout.setUp([], { PATH: [bin, python].join(delimiter) });
    expect(code).toBe(0);
    expect(stderr).toMatch(/2\.15\.1 from tensorflow\S* is in place/);
    expect(checkout.log()).toBe('pip installer');
  });

  test('a build that fails shows its last lines', async () => {
    const { code, stderr } = await makeCheckout(newFolder).setUp([], { FAKE_BUILD: 'fails' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/the binding could not be built.*the build's last lines were:\na\.cc:1: error: expected ;/s);
  });
});

describe('EPOCHNOISE_LIBTENSORFLOW', () => {
  test('a wheel needs neither pip nor network', async () => {
    const checkout = makeCheckout(newFolder);
    const { code } = await checkout.setUp([], { FAKE_PIP: 'none', EPOCHNOISE_LIBTENSORFLOW: checkout.wheel });
    expect(code).toBe(0);
    expect(checkout.record().libtensorflow).toMatchObject({ version: '2.15.1', origin: checkout.wheel });
    expect(checkout.log()).toBe('');
    expect(await checkout.setUp()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('nonsense ends with code 3, and the library that was there stays', async () => {
    const checkout = makeCheckout(newFolder);
    await checkout.setUp();
    const wrong = await checkout.setUp([], { EPOCHNOISE_LIBTENSORFLOW: 'nowhere.whl' });
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toMatch(/^set-up: EPOCHNOISE_LIBTENSORFLOW names .*nowhere\.whl, which does not exist; /);
    expect(wrong.stderr.trimEnd()).not.toContain('\n');
    expect(await checkout.setUp()).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('other failures', () => {
  test('an unknown option: code 2', async () => {
    const { code, stderr } = await makeCheckout(newFolder).setUp(['--force']);
    expect(code).toBe(2);
    expect(stderr).toBe('set-up: --force is not known; usage: node scripts/setup.mjs [--retry]\n');
  });

  test('a program that does not compile: code 1 and the compiler’s words; mended, it is compiled', async () => {
    const checkout = makeCheckout(newFolder);
    fill(checkout.root, { 'src/cli/main.ts': 'ERROR' });
    const wrong = await checkout.setUp();
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('set-up: src/ does not compile:\nsrc/cli/main.ts(1,1): error TS1: wrong');
    fill(checkout.root, { 'src/cli/main.ts': 'right' });
    const mended = await checkout.setUp();
    expect(mended.code).toBe(0);
    expect(steps(mended.stderr)).toEqual(['set-up: TypeScript: compiling src/ to dist/ …']);
  });

  test('packages that npm cannot install: code 1 and the way out', async () => {
    const checkout = makeCheckout(newFolder);
    rmSync(join(checkout.root, 'node_modules/.package-lock.json'));
    const npm = fill(newFolder(), { 'npm-cli.js': 'console.log("E404", ...process.argv.slice(2)); process.exit(1)' });
    const { code, stdout, stderr } = await checkout.setUp([], { npm_execpath: join(npm, 'npm-cli.js') });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('E404 ci --ignore-scripts');
    expect(stderr).toContain(
      'npm could not install the packages (its reason stands above): check the network connection',
    );
  });
});

describe('at the same time', () => {
  test('two set-ups of one checkout do the work once', async () => {
    const checkout = makeCheckout(newFolder);
    const both = await Promise.all([checkout.setUp(), checkout.setUp()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(checkout.log()).toBe('pip');
  });

  test('one that is interrupted takes its half-done work with it, and the next goes on', async () => {
    const checkout = makeCheckout(newFolder);
    const partial = () => existsSync(checkout.cache) && readdirSync(checkout.cache).some((name) => name[0] === '.');
    const setUp = [join(checkout.root, 'scripts/setup.mjs')];
    const { code, stderr } = await checkout.start(process.execPath, setUp, { FAKE_PIP: 'hangs' }, async (child) => {
      while (!partial() || checkout.log() !== 'pip') await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGTERM');
    });
    expect(code).toBe(143);
    expect(stderr).toContain('set-up: interrupted; run the same command again to go on');
    expect(partial()).toBe(false);
    expect((await checkout.setUp()).code).toBe(0);
  });
});

describe('npm', () => {
  const npm = (checkout: ReturnType<typeof makeCheckout>, args: string[], env: NodeJS.ProcessEnv = {}) => {
    // npm itself is real, and so is its shell; the stand-ins come first.
    const PATH = [join(checkout.wheel, '../bin'), process.env.PATH].join(delimiter);
    return checkout.start('npm', args, { PATH, ...env });
  };

  test('start sets up first, though install scripts and their hooks are off, and hands its arguments on', async () => {
    const checkout = makeCheckout(newFolder);
    const { code, stdout, stderr } = await npm(checkout, ['start', '--silent', '--', '--set', 'backend=cpu']);
    expect(stderr).toMatch(/libtensorflow: 2\.15\.1 from \S+ is in place/);
    expect(stdout).toBe('ran run quickstart --set backend=cpu\n');
    expect(code).toBe(0);
  });

  test('start ends where set-up fails', async () => {
    const checkout = makeCheckout(newFolder);
    const { code, stdout } = await npm(checkout, ['start', '--silent'], { EPOCHNOISE_LIBTENSORFLOW: '/nowhere' });
    expect(stdout).toBe('');
    expect(code).toBe(3);
  });
});
