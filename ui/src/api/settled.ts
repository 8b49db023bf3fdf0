/**
 * Figures are of traces of which nothing came for so long, as findings are: while spans are on their
 * way a call looks as if nobody had answered it.
 */
export const SETTLED = { settled: "8s" };
