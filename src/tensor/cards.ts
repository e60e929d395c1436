/** NVIDIA's cards by name, and the one that TensorFlow computes on: the first of those that CUDA shows it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleVersion } from '../../scripts/setup/kernel-module.mjs';

/** A card. */
export interface Card {
  readonly name: string;
  /** `GPU-` and digits; empty where it is not known. */
  readonly uuid: string;
}

/** Where to look, other than on this machine. */
export interface CardLook {
  /** The folder in which the driver tells of itself and its cards. */
  readonly folder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Asks the driver for the cards that this process may use, in the order of the bus; null where it does not answer. */
  readonly ask?: () => readonly Card[] | null;
}

/** The card that is computed on, in words, and the driver's version where it is known. */
export function findCard({
  folder = '/proc/driver/nvidia',
  environment = process.env,
  ask = askDriver,
}: CardLook = {}): { card: string; driver: string | null } {
  const driver = moduleVersion(folder);
  const there = cardsBelow(join(folder, 'gpus'));
  // Other than the folder, the driver knows what a container or a cluster lets this process have; it takes its time.
  const cards = namesOf(there).length > 1 ? (ask() ?? there) : there;
  return { card: firstOf(cards, environment), driver };
}

/**
 * The first card that CUDA shows to programs, as far as that can be told.
 *
 * @param cards in the order of the bus
 */
export function firstOf(cards: readonly Card[], environment: NodeJS.ProcessEnv): string {
  const names = namesOf(cards);
  if (names.length === 0) return 'an NVIDIA GPU';
  if (names.length === 1) return names[0];
  const card = chosenCard(cards, environment);
  if (card) return card.name;
  // CUDA has the card first that it guesses to be the fastest, and tells nobody which that is.
  const isFree = firstShown(environment) === '' && environment.CUDA_DEVICE_ORDER !== 'PCI_BUS_ID';
  return isFree ? `the fastest of ${names.join(', ')}` : names.join(' or ');
}

/** The very card: by its UUID, which may be cut short, or by its number, where cards are alike or numbered in the order of the bus. */
export function chosenCard<Known extends Card>(
  cards: readonly Known[],
  environment: NodeJS.ProcessEnv,
): Known | undefined {
  const shown = firstShown(environment);
  const byId = cards.filter(({ uuid }) => shown.startsWith('GPU-') && uuid.startsWith(shown));
  if (byId.length === 1) return byId[0];
  const isNumbered = namesOf(cards).length === 1 || environment.CUDA_DEVICE_ORDER === 'PCI_BUS_ID';
  return isNumbered && /^\d*$/.test(shown) ? cards[Number(shown)] : undefined;
}

/** The first that is shown to programs; empty where nothing is said. */
const firstShown = ({ CUDA_VISIBLE_DEVICES: visible = '' }: NodeJS.ProcessEnv): string => visible.split(',')[0].trim();

const namesOf = (cards: readonly Card[]): string[] => [...new Set(cards.map(({ name }) => name))];

/** Folders are named by their places on the bus. */
function cardsBelow(folder: string): Card[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((place) => {
      const text = textOf(join(folder, place, 'information'));
      const name = /^Model:\s*(.+?)\s*$/m.exec(text)?.[1];
      return name ? [{ name, uuid: /^GPU UUID:\s*(\S+)/m.exec(text)?.[1] ?? '' }] : [];
    });
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const LIMIT_MS = 10_000;

/** Of the driver's own program. */
function askDriver(): Card[] | null {
  const query = ['--query-gpu=uuid,name', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: LIMIT_MS });
  return status === 0 ? cardsOf(stdout) : null;
}

/** A line for each card: `GPU-5d1…, NVIDIA A100`. */
export const cardsOf = (lines: string): Card[] =>
  [...lines.matchAll(/^\s*(\S+),\s*(.+?)\s*$/gm)].map(([, uuid, name]) => ({ uuid, name }));
