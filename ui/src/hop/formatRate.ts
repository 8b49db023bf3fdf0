const NBSP = "\u00a0";

/** Calls a second, or a minute where that reads better: `12.5 /s`, `30 /min`. */
export function formatRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 1) return `${threeDigits(perSecond * 60)}${NBSP}/min`;
  return `${threeDigits(perSecond)}${NBSP}/s`;
}

function threeDigits(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
