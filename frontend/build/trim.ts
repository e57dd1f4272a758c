import type { Plugin } from "vite";
import { isMap, reach } from "./reach";
import { trimSheets } from "./sheets";
import { trimMap, usedClasses } from "./used";

/**
 * Takes out of PatternFly what no page uses: rules and names of classes that no code sets,
 * variables that nothing reads. Done to the sources, before files are named by what is in them: a
 * file whose contents depend on other code must not keep its name, browsers keep it for a year.
 */
export function trim(): Plugin {
  let classes: Set<string>;
  let sheets: Map<string, string>;
  return {
    name: "craton-trim",
    apply: "build",
    enforce: "pre",
    buildStart() {
      const reached = reach();
      classes = usedClasses(reached);
      sheets = trimSheets(reached.sheets, classes, `${reached.own}\n${reached.library}`);
    },
    transform(code, id) {
      if (isMap(id)) return trimMap(code, classes);
      if (!/@patternfly\/.*\.css$/.test(id)) return null;
      const sheet = sheets.get(id);
      if (sheet === undefined) throw new Error(`${id} was not found before the build`);
      return sheet;
    },
  };
}
