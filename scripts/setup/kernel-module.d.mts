/** Types for src/, whose compiler does not read those in comments. */
export declare const MODULE_FOLDER: string;
export declare function moduleVersion(folder?: string): string | null;
export declare function moduleGpus(folder?: string): (string | null)[];
