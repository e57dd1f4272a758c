import subsetFont from "subset-font";
import type { Plugin } from "vite";

/**
 * Characters the console's own fonts keep: Latin of western Europe, punctuation, arrows, currency
 * and the few signs our words use. A name in another script is drawn by the system's fonts.
 */
const RANGES: readonly [number, number][] = [
  [0x20, 0x7e],
  [0xa0, 0xff],
  [0x2000, 0x206f],
  [0x20a0, 0x20bf],
  [0x2190, 0x2199],
  [0x2212, 0x2212],
];

const CHARACTERS = RANGES.map(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)).join(""),
).join("");

/** Kerning, accents that combine, and figures of one width, which every table asks for. */
const FEATURES = ["kern", "ccmp", "locl", "mark", "mkmk", "tnum"];

/** Icons drawn as glyphs live in the private use area; their font is small and stays whole. */
const ICON_FONT = /pficon/;

/** Takes glyphs outside `RANGES` out of the fonts. */
export function fonts(): Plugin {
  return {
    name: "craton-fonts",
    apply: "build",
    enforce: "post",
    async generateBundle(_, bundle) {
      for (const file of Object.values(bundle))
        if (
          file.type === "asset" &&
          /\.woff2$/.test(file.fileName) &&
          !ICON_FONT.test(file.fileName)
        )
          file.source = await subsetFont(Buffer.from(file.source), CHARACTERS, {
            targetFormat: "woff2",
            noHinting: true,
            keepFeatures: FEATURES,
          });
    },
  };
}
