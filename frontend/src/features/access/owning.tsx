import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { Rehearsed } from "../../actions/action";
import { listRows } from "../../api/generated/sdk.gen";
import type { NamespaceSelector } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import type { Field } from "../../forms/field";
import "../../i18n/owning";
import { Notice } from "../../states/Notice";

/** How many namespaces are named of each selector. */
const NAMED = 20;

/** The namespaces that a team owns by their labels. */
export const SELECTORS: Field = {
  id: "selectors",
  input: "list",
  label: "owning.selectors",
  help: "owning.selectorsHelp",
  things: {
    one: "owning.one",
    add: "owning.add",
    most: 50,
    fields: [
      {
        id: "labels",
        input: "text",
        label: "owning.labels",
        help: "owning.labelsHelp",
        required: true,
        maxLength: 1024,
      },
      {
        id: "cluster",
        input: "text",
        label: "owning.cluster",
        help: "owning.clusterHelp",
        maxLength: 63,
      },
    ],
  },
};

/** What fits a selector now. */
interface Fitting {
  labels: string;
  names: string[];
  total: number;
}

/** Which namespaces the selectors of the form fit now, of those that the viewer sees. */
export async function fittingNow(selectors: readonly NamespaceSelector[]): Promise<Rehearsed> {
  const found = await Promise.all(selectors.map(fitting));
  return { shown: <FittingNow found={found} /> };
}

async function fitting({ cluster, labels }: NamespaceSelector): Promise<Fitting> {
  const filter = cluster ? [`cluster=${JSON.stringify(cluster)}`] : [];
  const { data } = await listRows({
    path: { name: "namespaces" },
    query: { labels, filter, limit: NAMED, sort: "name" },
  });
  const names = data.rows.map((row) => {
    const { cluster: where, name } = rowOf("namespaces", row);
    return `${where}/${name}`;
  });
  return { labels, names, total: data.total };
}

/** The form is long: what was found is below what is seen of it. */
const intoView = (element: HTMLElement | null) => element?.scrollIntoView({ block: "nearest" });

function FittingNow({ found }: { found: readonly Fitting[] }) {
  const { t } = useTranslation();
  return (
    <div ref={intoView}>
      <Notice
        tone="info"
        live
        title={t(found.length > 0 ? "owning.now" : "owning.none")}
        data-preview
      >
        <List isPlain>
          {found.map(({ labels, names, total }) => (
            <ListItem key={labels}>
              {t("owning.fitting", { labels, count: total })}
              {names.length > 0 && `: ${names.join(", ")}`}
              {total > names.length &&
                ` ${t("owning.fittingMore", { count: total - names.length })}`}
            </ListItem>
          ))}
        </List>
      </Notice>
    </div>
  );
}
