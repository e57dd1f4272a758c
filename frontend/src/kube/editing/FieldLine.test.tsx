import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import "../../i18n/editing";
import { FieldLine } from "./FieldLine";

const owners = { "spec.replicas": ["argocd (applies it)"] };

test.each(["constructor", "hasOwnProperty", "__proto__", "toString"])(
  "a key called %s is a key as any other",
  (name) => {
    render(<FieldLine text={`${name}: 1`} line={1} fields={() => () => null} owners={owners} />);
    expect(screen.getByText(name)).toBeTruthy();
    expect(screen.queryByText(/Set by/)).toBeNull();
  },
);

test("who set the field under the cursor is told", () => {
  const text = "spec:\n  replicas: 2\n";
  render(<FieldLine text={text} line={2} fields={() => () => null} owners={owners} />);
  expect(screen.getByText(/Set by argocd/)).toBeTruthy();
});
