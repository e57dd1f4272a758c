type Catalogue = { [key: string]: string | Catalogue };

const ACCENTED: Record<string, string> = {
  a: "á",
  e: "é",
  i: "í",
  o: "ó",
  u: "ú",
  A: "Á",
  E: "É",
  I: "Í",
  O: "Ó",
  U: "Ú",
  n: "ñ",
  c: "ç",
};

/** Marks that enclose every pseudo-translated string. */
export const PSEUDO_OPEN = "⟦";
export const PSEUDO_CLOSE = "⟧";

/** One string, accented and lengthened by a third, placeholders and tags untouched. */
export function pseudo(text: string): string {
  const parts = text.split(/(\{\{.*?\}\}|<.*?>|\$t\(.*?\))/);
  const accented = parts
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(/[aeiouAEIOUnc]/g, (letter) => ACCENTED[letter] ?? letter),
    )
    .join("");
  return `${PSEUDO_OPEN}${accented}${"~".repeat(Math.ceil(text.length / 6))}${PSEUDO_CLOSE}`;
}

/** The whole catalogue in the pseudo-locale. */
export function pseudoCatalogue<T extends Catalogue>(catalogue: T): T {
  return Object.fromEntries(
    Object.entries(catalogue).map(([key, value]) => [
      key,
      typeof value === "string" ? pseudo(value) : pseudoCatalogue(value),
    ]),
  ) as T;
}
