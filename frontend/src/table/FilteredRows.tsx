import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CollectionInfo } from "../api/generated/types.gen";
import { AskAccess } from "../asking/AskAccess";
import { part, usePart } from "../overlay/part";
import { useScope } from "../shell/scope";
import { SkeletonLines } from "../states/Skeletons";
import { EmptyTable, FilteredEmpty, OutOfScope } from "../states/States";
import { useWhole } from "./useWhole";

const ofTeam = part(async () => (await import("../shell/team")).NothingOfTeam);
const NONE: readonly string[] = [];

export interface FilteredRowsProps {
  info: CollectionInfo;
  fixed?: readonly string[];
  /** The viewer's own filters hide rows; else it is the scope alone. */
  filtered: boolean;
  emptyHint?: string;
  onClear: () => void;
}

/** Nothing is left of the filters or the scope: how many rows there would be without them. */
export function FilteredRows({ info, fixed = NONE, filtered, ...props }: FilteredRowsProps) {
  const { t } = useTranslation();
  const whole = useWhole(info.name, fixed, true);
  const { cluster, namespace, team } = useScope();
  const OfTeam = usePart(ofTeam, team !== undefined);
  const navigate = useNavigate();
  if (filtered) return <FilteredEmpty hidden={whole} onClear={props.onClear} />;
  if (whole === undefined) return <SkeletonLines lines={3} />;
  if (whole === 0)
    return (
      <EmptyTable
        hint={props.emptyHint ?? t("state.emptyBody")}
        ask={<AskAccess kind={info.kind} />}
      />
    );
  if (team !== undefined) return OfTeam && <OfTeam elsewhere={whole} />;
  return (
    <OutOfScope
      place={[cluster, namespace].filter(Boolean).join(" / ")}
      elsewhere={whole}
      onWiden={() =>
        void navigate({
          to: ".",
          search: ({ cluster: _, namespace: __, ...rest }: Record<string, unknown>) => rest,
        })
      }
    />
  );
}
