// How long a test waits for what normally comes at once: much longer, because the machine may be busy with other things. It
// limits only failures, never a success. Milliseconds.

/** One wait. */
export const PATIENCE = 60_000;
/** A whole test: a few of its waits may be long. */
export const TEST_PATIENCE = 5 * PATIENCE;
