import { ProblemState, StaleNotice } from "../../detail/DetailStates";
import { useDetail } from "../../detail/useDetail";
import { RevealableValue } from "./RevealableValue";
import { valueOptions } from "./ValueViewer";

const BYTES_PER_LINE = 8;

/** A key's value beside the table, its secrets masked until they are asked for on record. */
export function KeyPanel({
  etcd,
  path,
  revision,
}: {
  etcd: string;
  path: string;
  /** Read again when it changes. */
  revision: unknown;
}) {
  const detail = useDetail(valueOptions(etcd, path), { news: revision });
  if (!detail.data) return <ProblemState detail={detail} what={path} />;
  return (
    <>
      <StaleNotice detail={detail} />
      <RevealableValue value={detail.data} bytesPerLine={BYTES_PER_LINE} />
    </>
  );
}
