import { Fragment, jsx as plain, jsxs as plainMany } from "react/jsx-runtime";
import { inert } from "./inert";

/** Properties that people read beside the content: hover texts, names, hints. */
const READ = ["title", "aria-label", "aria-description", "alt", "placeholder"];

type Make = typeof plain;

/**
 * React's way to make an element, with every text that is shown made inert: what the build puts
 * in its place (`build/inert.ts`), for our components and for PatternFly's. So no page can forget
 * it. Values of inputs stay what they are.
 */
const shown =
  (make: Make): Make =>
  (type, props, key) =>
    make(type, inertProps(props as Props), key);

type Props = Record<string, unknown>;

function inertProps(props: Props): Props {
  let changed: Props | undefined;
  const children = inertChild(props.children);
  if (children !== props.children) changed = { ...props, children };
  for (const name of READ) {
    const text = props[name];
    if (typeof text !== "string") continue;
    const safe = inert(text);
    if (safe !== text) changed = { ...(changed ?? props), [name]: safe };
  }
  return changed ?? props;
}

function inertChild(child: unknown): unknown {
  if (typeof child === "string") return inert(child);
  if (!Array.isArray(child)) return child;
  let changed: unknown[] | undefined;
  for (const [at, one] of child.entries()) {
    const safe = inertChild(one);
    if (safe === one) continue;
    changed ??= [...child];
    changed[at] = safe;
  }
  return changed ?? child;
}

export { Fragment };
export const jsx = shown(plain);
export const jsxs = shown(plainMany);
