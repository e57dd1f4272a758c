/** An amount as the API tells it, by the reader's locale; the digits are never reckoned with. */
export function formatMoney(amount: string, currency: string): string {
  const digits = amount.split(".")[1] ?? "";
  // Below a cent a price keeps all its digits.
  const fine = digits.length > 2 ? { maximumFractionDigits: Math.min(digits.length, 8) } : {};
  const whole = /^0*$/.test(digits) ? { minimumFractionDigits: 0 } : {};
  const format = new Intl.NumberFormat(undefined, {
    style: "currency",
    currency,
    ...whole,
    ...fine,
  });
  // Intl reads digits as they are; its type takes them for numbers only.
  return format.format(amount as unknown as number);
}
