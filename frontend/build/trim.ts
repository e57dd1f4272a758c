import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";
import type { Plugin, Rolldown } from "vite";

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

/**
 * Takes out of the build what no page uses: rules of the design system whose classes no code
 * names, and glyphs outside `RANGES`. Class names are taken from the built code itself, where
 * PatternFly's components list every class they may set, so nothing reachable is lost.
 */
export function trim(): Plugin {
  return {
    name: "craton-trim",
    apply: "build",
    enforce: "post",
    async generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const code = files.flatMap((file) => (file.type === "chunk" ? [file.code] : [])).join("\n");
      const named = variables(files, code);
      for (const file of files) {
        if (file.type !== "asset") continue;
        if (file.fileName.endsWith(".css")) file.source = await used(String(file.source), code, named);
        if (file.fileName.endsWith(".woff2") && !ICON_FONT.test(file.fileName))
          file.source = await subsetFont(Buffer.from(file.source), CHARACTERS, {
            targetFormat: "woff2",
            noHinting: true,
            keepFeatures: FEATURES,
          });
      }
    },
  };
}

/** Every custom property that a rule of any style sheet, or code, reads or sets by name. */
function variables(files: readonly Rolldown.OutputBundle[string][], code: string): string[] {
  const read = files.flatMap((file) =>
    file.type === "asset" && file.fileName.endsWith(".css")
      ? [...String(file.source).matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name ?? "")
      : [],
  );
  return [...new Set([...read, ...(code.match(/--[\w-]+/g) ?? [])])];
}

async function used(css: string, code: string, named: string[]): Promise<string> {
  const [result] = await new PurgeCSS().purge({
    content: [{ raw: code, extension: "js" }],
    css: [{ raw: css }],
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
    safelist: {
      standard: ["html", "body", "pf-v6-theme-dark"],
      deep: [/^cm-/],
      // Our own rules stay whole: their names are put together (`cr-lamp-${state}`).
      greedy: [/^cr-/],
      variables: named,
    },
    fontFace: false,
    keyframes: false,
    variables: true,
  });
  if (!result) throw new Error("the style sheet could not be trimmed");
  return result.css;
}
