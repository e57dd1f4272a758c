import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin, Rolldown } from "vite";
import { needed } from "./needed";

/** KiB on the wire, packed as the server sends it. Answers of the server come on top. */
const FIRST_PAGE = 220;
const MORE_FOR_A_PAGE = 135;
/** Pages that show nothing but a table: what people open most. */
const TABLE_PAGES = ["WorkloadsPage", "MachinesPage", "ActivityPage", "BrowsePage", "JobsPage"];
const MORE_FOR_A_TABLE = 42;
/** Signing in: the forms' fields, on top of the console that follows. */
const MORE_TO_SIGN_IN = 18;
/** Pages whose own work needs more, and why. */
const HEAVIER: Record<string, number> = {
  KeyValuePage: 150, // the tree of folders and the viewer of values
  ConnectionPage: 160, // files that are dropped
  NewConnectionPage: 160,
  ObjectPage: 140,
  Screen: 85, // xterm.js, once a terminal is opened
  LoginPage: MORE_TO_SIGN_IN,
  LinkedPage: MORE_TO_SIGN_IN,
  ...Object.fromEntries(TABLE_PAGES.map((name) => [name, MORE_FOR_A_TABLE])),
};
/** Of the fonts, the one that the first words are set in. */
const FONT = /RedHatTextVF-(?!Italic)[\w-]+\.woff2$/;
const KIB = 1024;

type File = Rolldown.OutputBundle[string];

/**
 * Fails the build where the first page, or what any page adds to it, is heavier than it may be.
 * `CRATON_WEIGH=1 npm run build` lists the heaviest modules of each file.
 */
export function budget(): Plugin {
  return {
    name: "craton-budget",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      if (process.env.CRATON_WEIGH) for (const chunk of chunks) this.info(heaviest(chunk));
      const entry = chunks.find(({ isEntry }) => isEntry);
      if (!entry) throw new Error("the build has no entry");
      const first = needed(entry, bundle);
      for (const name of Object.keys(bundle)) if (FONT.test(name)) first.add(name);
      if (process.env.CRATON_WEIGH) this.info(`${kib(first, bundle)} KiB: the first page`);
      const faults = fault("The first page", first, FIRST_PAGE, bundle);
      for (const chunk of chunks.filter(({ isDynamicEntry }) => isDynamicEntry)) {
        const more = new Set([...needed(chunk, bundle)].filter((name) => !first.has(name)));
        if (process.env.CRATON_WEIGH) this.info(`${kib(more, bundle)} KiB: ${chunk.name}`);
        const most = HEAVIER[chunk.name] ?? MORE_FOR_A_PAGE;
        faults.push(...fault(`${chunk.name}, over the first page,`, more, most, bundle));
      }
      if (faults.length > 0) this.error(faults.join("\n\n"));
    },
  };
}

function fault(
  what: string,
  names: ReadonlySet<string>,
  most: number,
  bundle: Rolldown.OutputBundle,
): string[] {
  const sizes = [...names]
    .map((name): [string, number] => [name, packed(bundle[name]) / KIB])
    .sort(([, a], [, b]) => b - a);
  const whole = sizes.reduce((sum, [, size]) => sum + size, 0);
  if (whole <= most) return [];
  const lines = sizes.map(([name, size]) => `  ${size.toFixed(1).padStart(6)} KiB  ${name}`);
  return [
    [
      `${what} weighs ${whole.toFixed(1)} KiB on the wire; it may weigh ${most} (build/budget.ts).`,
      "Load what is not seen at first by a part (src/overlay/part.ts), or take something out.",
      ...lines,
      "CRATON_WEIGH=1 npm run build lists what is heavy in each.",
    ].join("\n"),
  ];
}

function kib(names: ReadonlySet<string>, bundle: Rolldown.OutputBundle): string {
  const whole = [...names].reduce((sum, name) => sum + packed(bundle[name]), 0);
  return (whole / KIB).toFixed(1);
}

const sizes = new WeakMap<File, number>();

/** Bytes as the server sends the file: fonts are packed already. */
function packed(file: File | undefined): number {
  if (!file) return 0;
  const known = sizes.get(file);
  if (known !== undefined) return known;
  const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
  const size = file.fileName.endsWith(".woff2")
    ? content.length
    : brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;
  sizes.set(file, size);
  return size;
}

function heaviest({ fileName, modules }: Rolldown.OutputChunk): string {
  const lines = Object.entries(modules)
    .map(([id, { renderedLength }]): [string, number] => [id, renderedLength])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 40)
    .map(
      ([id, size]) =>
        `  ${(size / KIB).toFixed(1).padStart(6)} KiB  ${id.replace(/^.*\/(node_modules|src)\//, "$1/")}`,
    );
  return [`${fileName}, before it is packed:`, ...lines].join("\n");
}
