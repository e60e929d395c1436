/** How much memory is free on the card of NVIDIA's that TensorFlow computes on. */
import { type Card, chosenCard } from '../tensor/cards.ts';

/** A card, as the driver tells of it. */
export interface CardWithMemory extends Card {
  /** Whether it is split into instances, which have a part of its memory each. */
  readonly divided: boolean;
  /** Bytes; null where the card does not tell. */
  readonly free: number | null;
}

/** Set-up's own look at the driver; its scripts go along with the compiled program. */
const DRIVER = new URL('../../scripts/setup/driver.mjs', import.meta.url).href;

let asked: Promise<number | null> | undefined;

/** Bytes; null where that is not known. Asked once: what TensorFlow has once taken of a card it does not give back. */
export function freeCardMemory(): Promise<number | null> {
  return (asked ??= askDriver());
}

async function askDriver(): Promise<number | null> {
  const { findCards } = (await import(DRIVER)) as { findCards(): Promise<CardWithMemory[]> };
  return freeOnFirst(await findCards());
}

/**
 * Free bytes of the card that CUDA has first; the least of all where it is not known which one that is. Null where a card does
 * not tell, or is split.
 */
export function freeOnFirst(
  cards: readonly CardWithMemory[],
  environment: NodeJS.ProcessEnv = process.env,
): number | null {
  const known = chosenCard(cards, environment);
  const free = (known ? [known] : cards).map((card) => (card.divided ? null : card.free));
  return free.length === 0 || free.includes(null) ? null : Math.min(...(free as number[]));
}
