/** Against servers on this machine alone. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloadDataset, verifyDataset } from '../../src/data/download.ts';
import type { KnownDataset, KnownFile } from '../../src/data/known-files.ts';
import { silent, type Report } from '../../src/progress.ts';
import { listing, problemOf, scratchFolder } from '../store/scratch.ts';
import { pattern, place } from './official-layout.ts';

const CONTENT = Buffer.from(pattern(300_000));
const OTHER = Buffer.from(pattern(300_000, 5));

/** Starts a server and gives its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server whose path says how it behaves; `requests` lists the paths asked for. */
async function mirrors(): Promise<{ address: string; requests: string[] }> {
  const requests: string[] = [];
  const address = await serve((request, response) => {
    requests.push(request.url!);
    switch (request.url) {
      case '/good':
        return response.end(CONTENT);
      case '/moved':
        return response.writeHead(302, { location: '/good' }).end();
      case '/other':
        return response.end(OTHER);
      case '/short':
        return response.end(CONTENT.subarray(0, 1000));
      case '/long':
        return response.end(Buffer.concat([CONTENT, CONTENT]));
      case '/cut':
        // Promises all, gives a part, hangs up.
        response.writeHead(200, { 'content-length': CONTENT.length });
        return response.write(CONTENT.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
      case '/packed':
        if (request.headers['accept-encoding'] === 'identity') return response.end(CONTENT);
        return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(CONTENT));
      case '/empty':
        return response.writeHead(204).end();
      case '/silent-hang-up':
        return response.destroy();
      default:
        return response.writeHead(404).end('not here');
    }
  });
  return { address, requests };
}

function knownFile(file: string, urls: string[], content = CONTENT): KnownFile {
  const digest = (name: string) => createHash(name).update(content).digest('hex');
  return { file, bytes: content.length, md5: digest('md5'), sha256: digest('sha256'), urls };
}

function dataset(...files: KnownFile[]): KnownDataset {
  return { name: 'toy', title: 'Toy', citation: 'nobody', files };
}

describe('downloadDataset', () => {
  it('fetches, reports bytes of all, and leaves the official file alone', async () => {
    const { address } = await mirrors();
    const folder = join(scratchFolder(), 'not yet');
    const known = dataset(knownFile('toy/a.gz', [`${address}/good`]), knownFile('toy/b.gz', [`${address}/moved`]));
    const reports: Parameters<Report>[] = [];
    const files = await downloadDataset(known, folder, async (...report) => void reports.push(report));
    expect(files).toEqual([
      { file: 'toy/a.gz', path: join(folder, 'toy/a.gz'), url: `${address}/good`, failures: [] },
      { file: 'toy/b.gz', path: join(folder, 'toy/b.gz'), url: `${address}/moved`, failures: [] },
    ]);
    expect(listing(folder)).toEqual(['toy', 'toy/a.gz', 'toy/b.gz']);
    expect(readFileSync(join(folder, 'toy/a.gz')).equals(CONTENT)).toBe(true);
    expect(reports[0]).toEqual([0, 600_000, 'toy/a.gz']);
    expect(reports.at(-1)).toEqual([600_000, 600_000, 'toy/b.gz']);
    const dones = reports.map(([done]) => done);
    expect(dones).toEqual(dones.toSorted((a, b) => a - b));
  });

  const FAILURES: [string, string | RegExp][] = [
    ['/none', 'the server answers 404 Not Found'],
    ['/empty', 'the server sends nothing'],
    ['/short', 'ends after 1000 of 300000 bytes'],
    ['/long', 'gives more than the 300000 bytes of the official file'],
    ['/cut', /^broke off after \d+ of 300000 bytes \(.+\)$/],
    ['/silent-hang-up', 'other side closed'],
    ['/other', /^gives other bytes: sha256 [0-9a-f]{64}, official [0-9a-f]{64}$/],
  ];
  it.each(FAILURES)('goes on to the next address after %s, saying why', async (path, reason) => {
    const { address, requests } = await mirrors();
    const folder = scratchFolder();
    const known = dataset(knownFile('toy/a', [`${address}${path}`, `${address}/good`]));
    const details: (string | undefined)[] = [];
    const [file] = await downloadDataset(known, folder, async (_done, _total, detail) => void details.push(detail));
    expect(file.url).toBe(`${address}/good`);
    expect(file.failures).toEqual([
      { url: `${address}${path}`, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
    ]);
    expect(details).toContain(`${address}${path}: ${file.failures[0].reason}`);
    expect(requests).toEqual([path, '/good']);
    expect(listing(folder)).toEqual(['toy', 'toy/a']);
    expect(readFileSync(join(folder, 'toy/a')).equals(CONTENT)).toBe(true);
  });

  it('goes on where nothing listens, and asks for the bytes as they are', async () => {
    const { address } = await mirrors();
    const closed = await new Promise<string>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(`http://127.0.0.1:${port}/x`));
      });
    });
    const known = dataset(knownFile('a', [closed, 'http://', `${address}/packed`]));
    const [file] = await downloadDataset(known, scratchFolder(), silent);
    expect(file.url).toBe(`${address}/packed`);
    expect(file.failures.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('ECONNREFUSED'),
      expect.stringContaining('Invalid URL'),
    ]);
  });

  it('does not touch what is there', async () => {
    const { address, requests } = await mirrors();
    const folder = scratchFolder();
    place(folder, 'toy/a', 'mine');
    const known = dataset(knownFile('toy/a', [`${address}/good`]), knownFile('toy/b', [`${address}/good`]));
    const totals = new Set<number>();
    const files = await downloadDataset(known, folder, async (_done, total) => void totals.add(total));
    expect(files.map(({ url }) => url)).toEqual([null, `${address}/good`]);
    expect(readFileSync(join(folder, 'toy/a'), 'utf8')).toBe('mine');
    expect(requests).toEqual(['/good']);
    expect([...totals]).toEqual([300_000]);
    expect((await downloadDataset(known, folder, silent)).map(({ url }) => url)).toEqual([null, null]);
  });

  it('fetches what it can, then says what is missing and where to put it', async () => {
    const { address } = await mirrors();
    const folder = scratchFolder();
    const bad = knownFile('toy/a', [`${address}/none`, `${address}/short`]);
    const known = dataset(bad, knownFile('toy/b', [`${address}/good`]));
    expect(await problemOf(() => downloadDataset(known, folder, silent))).toBe(
      'exit 3: 1 of the 2 files of toy could not be downloaded; get them in another way and put them at ' +
        `~/toy/a (300000 bytes, sha256 ${bad.sha256}; tried ${address}/none: the server answers 404 Not Found; ` +
        `${address}/short: ends after 1000 of 300000 bytes)`,
    );
    expect(listing(folder)).toEqual(['toy', 'toy/b']);
  });

  it('ends where the report throws, and leaves nothing half-written', async () => {
    const { address, requests } = await mirrors();
    const folder = scratchFolder();
    const known = dataset(knownFile('toy/a', [`${address}/good`, `${address}/moved`]));
    const stop = async (done: number) => {
      if (done > 0) throw new Error('interrupted');
    };
    expect(await problemOf(() => downloadDataset(known, folder, stop))).toBe('Error: interrupted');
    expect(listing(folder)).toEqual(['toy']);
    expect(requests).toEqual(['/good']);
  });

  it('says where it cannot write, without trying other addresses', async () => {
    const { address, requests } = await mirrors();
    const folder = scratchFolder();
    writeFileSync(join(folder, 'toy'), 'a file where the folder should be');
    const known = dataset(knownFile('toy/a', [`${address}/good`, `${address}/good`]));
    expect(await problemOf(() => downloadDataset(known, folder, silent))).toMatch(/^exit 3: cannot write ~\/toy\/a: /);
    expect(requests).toEqual([]);
  });
});

describe('verifyDataset', () => {
  it('tells missing, official and other files apart, with both checksums', async () => {
    const folder = scratchFolder();
    const known = dataset(knownFile('toy/a.gz', []), knownFile('toy/b', []), knownFile('toy/c', []));
    place(folder, 'toy/a.gz', CONTENT);
    place(folder, 'toy/b', OTHER);
    const { md5, sha256, bytes } = known.files[0];
    const official = { md5, sha256, bytes };
    const other = knownFile('', [], OTHER);
    expect(await verifyDataset(known, folder)).toEqual([
      { file: 'toy/a.gz', path: join(folder, 'toy/a.gz'), state: 'official', official, found: official },
      {
        file: 'toy/b',
        path: join(folder, 'toy/b'),
        state: 'other',
        official,
        found: { md5: other.md5, sha256: other.sha256, bytes: 300_000 },
      },
      { file: 'toy/c', path: join(folder, 'toy/c'), state: 'missing', official, found: null },
    ]);
    expect(listing(folder)).toEqual(['toy', 'toy/a.gz', 'toy/b']);
  });
});
