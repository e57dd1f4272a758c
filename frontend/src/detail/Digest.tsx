import { CopyButton } from "../format/CopyButton";
import { shortenMiddle } from "../format/shorten";

/** A digest or id shortened in the middle, whole on hover, copied by one click. */
export function Digest({ text, keep }: { text: string; keep?: number }) {
  return (
    <span className="cr-opaque">
      <code translate="no" title={text}>
        {shortenMiddle(text, keep)}
      </code>
      <CopyButton text={text} />
    </span>
  );
}
