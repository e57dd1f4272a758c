import type { ReactNode } from "react";
import type { Row } from "../api/generated/types.gen";
import { RelatedChip } from "../detail/RelationsStrip";
import { clusterObject } from "./address";
import { MachineCapacity } from "./MachineCapacity";
import { pluralOf } from "./plurals";
import { RecentEvents } from "./RecentEvents";

export interface RowPanelProps {
  collection: string;
  row: Row;
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** The top of the side panel of a cluster's object: why it is so, and what it hangs on. */
export function RowPanelBody({ collection, row }: RowPanelProps): ReactNode {
  const reason = text(row.reason);
  const chips = chipsOf(row);
  const kind = eventfulKind(collection, row);
  return (
    <div className="cr-row-panel">
      {reason && (
        <p className="cr-row-reason" translate="no">
          {reason}
        </p>
      )}
      {chips.length > 0 && (
        <p className="cr-relation-group">
          {chips.map((chip) => (
            <RelatedChip key={`${chip.kind}/${chip.name}`} related={chip} />
          ))}
        </p>
      )}
      {collection === "machines" && <MachineCapacity row={row} />}
      {kind && (
        <RecentEvents
          cluster={text(row.cluster)}
          namespace={text(row.namespace)}
          names={[text(row.name)]}
          kinds={[kind]}
          most={3}
        />
      )}
    </div>
  );
}

/** The kind of a row whose object things happen to; rows of workloads are of several kinds. */
function eventfulKind(collection: string, row: Row): string | undefined {
  return collection === "workloads" ? text(row.kind) : EVENTFUL[collection];
}

const EVENTFUL: Readonly<Record<string, string>> = {
  pods: "Pod",
  machines: "Node",
  services: "Service",
  ingresses: "Ingress",
  persistentvolumeclaims: "PersistentVolumeClaim",
};

function chipsOf(row: Row) {
  const { cluster, namespace } = row;
  const owner = text(row.owner);
  const ownerKind = text(row.owner_kind);
  const plural = pluralOf(ownerKind, text(row.owner_group));
  const node = text(row.node);
  const ownerHref =
    plural && clusterObject(cluster, plural, plural === "nodes" ? "-" : namespace, owner);
  return [
    // Of a kind that has no table the pod's own page leads on: there its kind is looked up.
    ...(owner ? [{ kind: ownerKind, name: owner, href: ownerHref }] : []),
    ...(node
      ? [{ kind: "Node", name: node, href: clusterObject(cluster, "nodes", "-", node) }]
      : []),
  ];
}
