/** Set-up is plain JavaScript with types in comments, which the compiler does not read from here. */
declare module '*.mjs';
