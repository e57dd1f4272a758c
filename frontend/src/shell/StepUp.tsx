import { lazy, Suspense } from "react";
import { useAsked } from "../session/stepUp";

const StepUpDialogue = lazy(async () => import("../actions/StepUpDialogue"));

/** The question who is there, when the server wants to know it again; loaded with the first. */
export function StepUp() {
  const asked = useAsked();
  return (
    asked && (
      <Suspense fallback={null}>
        <StepUpDialogue asked={asked} />
      </Suspense>
    )
  );
}
