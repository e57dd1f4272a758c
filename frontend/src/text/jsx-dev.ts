import { Fragment } from "react/jsx-runtime";
import { jsx, jsxs } from "./jsx";

/** The same where the build is for development: `many` says that the children are a list. */
export function jsxDEV(
  type: Parameters<typeof jsx>[0],
  props: unknown,
  key: Parameters<typeof jsx>[2],
  many: boolean,
) {
  return many ? jsxs(type, props, key) : jsx(type, props, key);
}

export { Fragment };
