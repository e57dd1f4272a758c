/**
 * What the console is below on its host, with a slash at the end: `/`, or `/console/` behind a
 * proxy that shows it there. Told by where this script came from: a built one lies in `assets`.
 */
export const BASE: string = baseOf(import.meta.url, import.meta.env.PROD);

export function baseOf(script: string, built: boolean): string {
  return built ? new URL("../", script).pathname : "/";
}
