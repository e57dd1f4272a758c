// Made once, as those of time.ts.
const CORES = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const IEC = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Bytes in IEC units with at most one decimal: `0 B`, `640 KiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1024 && unit < IEC.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const text = value.toFixed(digits).replace(/\.0$/, "");
  return `${bytes < 0 ? "-" : ""}${text} ${IEC[unit]}`;
}

/** CPU cores: millicores below one core, cores with at most one decimal above. */
export function formatCores(cores: number): string {
  if (cores > 0 && cores < 0.0005) return "<1m";
  if (cores !== 0 && Math.abs(cores) < 1) return `${Math.round(cores * 1000)}m`;
  return CORES.format(cores);
}

export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

/** A percentage given as 0–100; below ten with one decimal unless it is whole. */
export function formatPercent(value: number): string {
  const digits = value !== 0 && Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toFixed(digits)}%`;
}

/** Whether a quantity column counts bytes; the other quantities are CPU cores. */
export function isByteQuantity(column: string): boolean {
  return /mem|byte|storage|capacity|size|disk/.test(column) && !/cpu/.test(column);
}

/**
 * Amounts of bytes as Kubernetes writes them (`32654432Ki`, `92Gi`) in the units used everywhere
 * else; within a sentence, too, and everything else as it is.
 */
export function readableQuantity(text: string): string {
  return text.replace(/(?<![\w.])(\d+(?:\.\d+)?)([KMGTP])i(?!\w)/g, (_, amount, prefix) =>
    formatBytes(Number(amount) * 1024 ** ("KMGTP".indexOf(prefix) + 1)),
  );
}
