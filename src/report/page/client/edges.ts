/** A table that goes on beyond the edge of the window shows so. */

/** Sets `data-more` of a place that scrolls to the sides to which it can: `start`, `end`, both, or none. */
export function showEdges(place: HTMLElement): void {
  const look = () => {
    const { scrollLeft, scrollWidth, clientWidth } = place;
    const sides = [scrollLeft > 1 ? 'start' : '', scrollLeft + clientWidth < scrollWidth - 1 ? 'end' : ''];
    place.dataset.more = sides.join(' ').trim();
  };
  place.addEventListener('scroll', look, { passive: true });
  new ResizeObserver(look).observe(place);
}
