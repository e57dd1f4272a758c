import type { MaintenanceWindow, Wave } from "../../api/generated/types.gen";
import type { ListWords } from "../../forms/field";

/** The steps of a rollout; each reaches a number of machines, a share of them, or everybody. */
export const WAVES: ListWords<Wave> = {
  label: "updates.waves.label",
  help: "updates.waves.help",
  things: {
    one: "updates.waves.one",
    add: "updates.waves.add",
    words: {
      name: { label: "updates.field.name" },
      kind: {
        label: "updates.waves.kind",
        options: [
          { value: "canary", label: "updates.waves.canary" },
          { value: "percent", label: "updates.waves.percent" },
          { value: "all", label: "updates.waves.all" },
        ],
        required: true,
      },
      machines: { label: "updates.waves.machines", only: { id: "kind", is: "canary" } },
      percent: { label: "updates.policy.percent", only: { id: "kind", is: "percent" } },
      soak_seconds: { label: "updates.waves.soak" },
      max_failure_percent: { label: "updates.waves.failures" },
      min_results: { label: "updates.waves.results" },
    },
  },
};

/** When updates may start: by the weekday and the time of the group's zone. */
export const WINDOWS: ListWords<MaintenanceWindow> = {
  label: "updates.windows.label",
  help: "updates.windows.help",
  things: {
    one: "updates.windows.one",
    add: "updates.windows.add",
    words: {
      days: {
        label: "updates.windows.days",
        input: "checks",
        options: [
          { value: "0", label: "updates.windows.day.monday" },
          { value: "1", label: "updates.windows.day.tuesday" },
          { value: "2", label: "updates.windows.day.wednesday" },
          { value: "3", label: "updates.windows.day.thursday" },
          { value: "4", label: "updates.windows.day.friday" },
          { value: "5", label: "updates.windows.day.saturday" },
          { value: "6", label: "updates.windows.day.sunday" },
        ],
      },
      start: { label: "updates.windows.start", input: "clock" },
      end: { label: "updates.windows.end", input: "clock", help: "updates.windows.endHelp" },
    },
  },
};
