// The node's limits, in bytes of UTF-8. `vite.config.ts` inserts the numbers when the page is built, from the OpenAPI
// document.
declare const __MAX_STIMULUS__: number;
declare const __MAX_RESPONSE__: number;

export const MAX_STIMULUS = __MAX_STIMULUS__;
export const MAX_RESPONSE = __MAX_RESPONSE__;
