import type { TFunction } from "i18next";
import type { Crumb } from "../../detail/DetailPage";
import { CLUSTER_KINDS, clusterObject } from "../../kube/address";
import { isWorkload, type ObjectPath } from "../../kube/objectRow";

/** Groups of kinds that Kubernetes brings along: no definition adds them, so there is none to go to. */
const OWN_GROUPS = new Set([
  "apps",
  "autoscaling",
  "batch",
  "policy",
  "admissionregistration.k8s.io",
  "apiregistration.k8s.io",
  "certificates.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** The way back: page, table of the kind, the same table in the object's namespace. */
export function crumbsOf({ cluster, kind, namespace, name }: ObjectPath, t: TFunction): Crumb[] {
  const here: Crumb = { title: name, raw: true };
  if (kind === "nodes") return [{ title: t("nav.machines"), href: "/machines" }, here];
  const listed = CLUSTER_KINDS.includes(kind);
  const list = listed ? `/workloads/${kind}` : "/workloads";
  const crumbs: Crumb[] = [{ title: t("nav.workloads"), href: "/workloads" }];
  if (listed) crumbs.push({ title: t(`kind.${kind}` as "kind.pods"), href: list });
  else if (isWorkload(kind))
    crumbs.push({
      title: t(`kind.${kind}` as "kind.jobs"),
      href: `/workloads?filter=${kindFilter(kind)}`,
    });
  if (kind.includes(".") && !OWN_GROUPS.has(kind.slice(kind.indexOf(".") + 1)))
    crumbs.push({
      title: kind,
      raw: true,
      href: clusterObject(cluster, "customresourcedefinitions", "-", kind),
    });
  else if (!listed && !isWorkload(kind)) crumbs.push({ title: kind, raw: true });
  else if (namespace !== "-")
    crumbs.push({
      title: namespace,
      raw: true,
      href: `${list}?namespace=${encodeURIComponent(namespace)}`,
    });
  return [...crumbs, here];
}

/** The workloads of one kind: `deployments` → `plural=deployments`. */
function kindFilter(plural: string): string {
  return encodeURIComponent(`plural=${plural}`);
}
