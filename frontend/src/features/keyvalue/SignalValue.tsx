import type { SignalView } from "../../api/generated/types.gen";
import { formatClock, formatExact } from "../../format/time";
import { ToneIcon } from "../../status/Status";
import { formatSignal, VERDICT_TONES } from "./signals";

/** The number with its verdict; words where there is no number or something is wrong. */
export function SignalValue({ signal }: { signal: SignalView | undefined }) {
  if (!signal) return <span className="cr-none">–</span>;
  const shown = formatSignal(signal.value, signal.unit);
  if (signal.status === "unknown")
    return (
      <span className="cr-muted" translate="no">
        {signal.words}
        {signal.at !== null && (
          <time title={formatExact(signal.at)}> {formatClock(signal.at)}</time>
        )}
      </span>
    );
  return (
    <span className="cr-signal" title={signal.words} translate="no">
      <ToneIcon tone={VERDICT_TONES[signal.status]} />
      <span>
        {shown}
        {(shown === null || signal.status !== "ok") && (
          <span className="cr-signal-words"> {signal.words}</span>
        )}
      </span>
    </span>
  );
}
