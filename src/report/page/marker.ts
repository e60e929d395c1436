/** By what a page of this program is told from other files. */

/** Stands in the head of every page. */
export const MARKER = '<meta name="generator" content="epochnoise">';

/** Characters from the beginning of a file within which a page has its marker. */
export const MARKER_WITHIN = 1000;

/** Whether a file that begins like this is a page of this program. */
export const isPage = (beginning: string): boolean => beginning.slice(0, MARKER_WITHIN).includes(MARKER);
