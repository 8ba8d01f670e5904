declare const __BUILD__: string;

/** This build's own word, from vite.config.ts. */
export const BUILD = __BUILD__;
