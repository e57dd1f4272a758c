import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { readYamlOptions } from "../../api/generated/@tanstack/react-query.gen";
import { readActions } from "../../api/generated/sdk.gen";
import { CodeView } from "../../detail/CodeView";
import { ProblemState, StaleNotice } from "../../detail/DetailStates";
import { useDetail } from "../../detail/useDetail";
import type { ObjectPath } from "../../kube/objectRow";
import { part, usePart } from "../../overlay/part";
import { flag } from "../../pages/search";
import { useSearchOf } from "../../pages/useSearchOf";

const SEARCH = { edit: flag };

export interface YamlTabProps {
  path: ObjectPath;
  /** Changes when the object changed. */
  news: unknown;
}

/** The object as the cluster has it, to read and copy; and to edit, for who may. */
export function YamlTab({ path, news }: YamlTabProps) {
  const navigate = useNavigate();
  const { edit } = useSearchOf(SEARCH);
  const turn = (on: boolean) =>
    void navigate({
      to: ".",
      search: ({ edit: _, ...rest }: Record<string, unknown>) =>
        on ? { ...rest, edit: true } : rest,
    });
  if (edit) return <Editor path={path} onClose={() => turn(false)} />;
  return <Reading path={path} news={news} onEdit={() => turn(true)} />;
}

interface ReadingProps extends YamlTabProps {
  onEdit: () => void;
}

function Reading({ path, news, onEdit }: ReadingProps) {
  const { t } = useTranslation();
  const detail = useDetail(readYamlOptions({ path }), { news });
  const { data } = useQuery({
    queryKey: ["operable", path, "yaml"],
    queryFn: async ({ signal }) => (await readActions({ path, signal })).data,
    retry: false,
  });
  const offer = data?.offers.find(({ id }) => id === "edit");
  if (detail.data === undefined) return <ProblemState detail={detail} what={path.name} />;
  return (
    <>
      <StaleNotice detail={detail} />
      <CodeView
        text={detail.data}
        language="yaml"
        label={t("detail.yamlOf", { name: path.name })}
        note={
          <>
            {offer && (
              <Button
                size="sm"
                variant="secondary"
                isAriaDisabled={!offer.allowed}
                {...(offer.allowed ? {} : { title: offer.why })}
                onClick={() => offer.allowed && onEdit()}
              >
                {t("detail.yamlEdit")}
              </Button>
            )}{" "}
            {t("detail.yamlNote")}
          </>
        }
      />
    </>
  );
}

const editor = part(async () => (await import("../../kube/editing/EditPanel")).EditPanel);

/** The code that edits comes when it is first wanted. */
function Editor(props: { path: ObjectPath; onClose: () => void }) {
  const Panel = usePart(editor, true);
  return Panel && <Panel {...props} />;
}
