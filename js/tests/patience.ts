/** How long `vi.waitFor` waits: a machine that does other work too is slow. */
export const PATIENT = { timeout: 60_000 };
