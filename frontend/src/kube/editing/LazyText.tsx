import { lazy, Suspense } from "react";
import { SkeletonLines } from "../../states/Skeletons";
import type { TextEditorProps } from "./TextEditor";

/** What writes code is a file of its own, loaded when there is something to write. */
const TextEditor = lazy(async () => ({ default: (await import("./TextEditor")).TextEditor }));

/** The editor once it is there. */
export function LazyText(props: TextEditorProps) {
  return (
    <Suspense fallback={<SkeletonLines lines={12} />}>
      <TextEditor {...props} />
    </Suspense>
  );
}
