import { useCallback, useEffect, useRef, useState } from "react";

/** A resting pointer stops holding after this long, so a parked mouse hides nothing. */
const REST_MS = 3_000;

/** Whether the pointer is over the element and moved lately. */
export function usePointerHold() {
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const release = useCallback(() => {
    clearTimeout(timer.current);
    setHolding(false);
  }, []);
  const touch = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(release, REST_MS);
    setHolding(true);
  }, [release]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { holding, release, handlers: { onPointerMove: touch, onPointerLeave: release } };
}
