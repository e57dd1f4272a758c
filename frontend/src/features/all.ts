import type { PageManifest } from "../pages/page";
import { registerPages } from "../pages/registry";

const modules = import.meta.glob<{ pages: PageManifest[] }>("./*/page.ts", { eager: true });

/** Every page there is: what the `page.ts` of each folder beside this file declares. */
export const PAGES: readonly PageManifest[] = Object.values(modules).flatMap(({ pages }) => pages);

registerPages(PAGES);
