import { Button, Radio } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { ClashView, MergeView } from "../../api/generated/types.gen";
import { Notice } from "../../states/Notice";
import { Changes } from "../operate/Changes";

export interface ConflictProps {
  name: string;
  merge: MergeView;
  /** The paths at which theirs is taken. */
  theirs: readonly string[];
  onTheirs: (paths: readonly string[]) => void;
  onMerge: () => void;
  onDiscard: () => void;
}

/** Somebody else changed the object meanwhile: what they changed, what I did, and which counts. */
export function Conflict({ name, merge, theirs, onTheirs, onMerge, onDiscard }: ConflictProps) {
  const { t } = useTranslation();
  const { clashes, changed_by: by } = merge;
  const choose = (path: string, own: boolean) =>
    onTheirs(own ? theirs.filter((one) => one !== path) : [...theirs, path]);
  return (
    <section className="cr-conflict" aria-label={t("editing.conflict")}>
      <Notice tone="warning" live title={t("editing.changedMeanwhile", { name })}>
        {by.length > 0 && <p>{t("editing.changedBy", { who: by.join(", ") })}</p>}
        <p>{t(clashes.length > 0 ? "editing.clashing" : "editing.noClash")}</p>
      </Notice>
      {clashes.map((clash) => (
        <ClashChoice
          key={clash.path}
          clash={clash}
          mine={!theirs.includes(clash.path)}
          onChoose={(own) => choose(clash.path, own)}
        />
      ))}
      <details>
        <summary>{t("editing.theirChanges", { count: merge.theirs.length })}</summary>
        <Changes acted={{ changes: merge.theirs, more_changes: merge.more_theirs }} />
      </details>
      <details>
        <summary>{t("editing.myChanges", { count: merge.mine.length })}</summary>
        <Changes acted={{ changes: merge.mine, more_changes: merge.more_mine }} />
      </details>
      <div className="cr-conflict-actions">
        <Button size="sm" onClick={onMerge}>
          {t("editing.goOn")}
        </Button>
        <Button size="sm" variant="link" isDanger onClick={onDiscard}>
          {t("editing.discardMine")}
        </Button>
      </div>
    </section>
  );
}

interface ClashChoiceProps {
  clash: ClashView;
  mine: boolean;
  onChoose: (mine: boolean) => void;
}

function ClashChoice({
  clash: { path, base, theirs, mine: own },
  mine,
  onChoose,
}: ClashChoiceProps) {
  const { t } = useTranslation();
  const words = (value: string | null) => value ?? t("operate.absent");
  return (
    <fieldset className="cr-clash">
      <legend translate="no">
        <code>{path}</code>
      </legend>
      <p className="cr-muted">
        {t("editing.was")} <code translate="no">{words(base)}</code>
      </p>
      <Radio
        id={`${path}-mine`}
        name={path}
        isChecked={mine}
        onChange={() => onChoose(true)}
        label={
          <>
            {t("editing.mine")} <code translate="no">{words(own)}</code>
          </>
        }
      />
      <Radio
        id={`${path}-theirs`}
        name={path}
        isChecked={!mine}
        onChange={() => onChoose(false)}
        label={
          <>
            {t("editing.theirs")} <code translate="no">{words(theirs)}</code>
          </>
        }
      />
    </fieldset>
  );
}
