/**
 * How long work tells where it is. Rooms call `report` in their loops and await it; whoever started the work decides
 * what is shown, lets other events through, and ends the work by throwing from it.
 */
export type Report = (done: number, total: number, detail?: string) => Promise<void>;

/** For work that nobody watches. */
export const silent: Report = async () => {};
