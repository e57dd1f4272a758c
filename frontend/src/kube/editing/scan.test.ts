import { expect, test } from "vitest";
import { faultsOf } from "./check";
import { entryAt, placeOf, scan, wordsOf } from "./scan";
import { Fields } from "./schema";

const TEXT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    "a.b/c": x
    note: |
      replicas: 7
      - not: this
spec:
  replicas: 2   # two
  template:
    spec:
      containers:
      - name: main
        ports:
          - containerPort: 80
            name: http
          - containerPort: 81
        args: ["a: b",
          "c"]
        quoted: "one
          two: three"
      - image: x
---
kind: Other
`;

test("keys have paths, whatever stands in texts and brackets", () => {
  const { entries } = scan(TEXT);
  const lines = Object.fromEntries(entries.map(({ path, line }) => [path.join("."), line]));
  expect(lines).toEqual({
    apiVersion: 1,
    kind: 26,
    metadata: 3,
    "metadata.name": 4,
    "metadata.annotations": 5,
    "metadata.annotations.a.b/c": 6,
    "metadata.annotations.note": 7,
    spec: 10,
    "spec.replicas": 11,
    "spec.template": 12,
    "spec.template.spec": 13,
    "spec.template.spec.containers": 14,
    "spec.template.spec.containers.0.name": 15,
    "spec.template.spec.containers.0.ports": 16,
    "spec.template.spec.containers.0.ports.0.containerPort": 17,
    "spec.template.spec.containers.0.ports.0.name": 18,
    "spec.template.spec.containers.0.ports.1.containerPort": 19,
    "spec.template.spec.containers.0.args": 20,
    "spec.template.spec.containers.0.quoted": 22,
    "spec.template.spec.containers.1.image": 24,
  });
  expect(entries.find(({ line }) => line === 11)?.value).toBe("2");
});

test("a field is told as the console tells changes", () => {
  const scanned = scan(TEXT, 24);
  const at = (line: number) => wordsOf(entryAt(scanned, line)?.path ?? [], scanned);
  expect(at(18)).toBe("spec.template.spec.containers[name=main].ports[name=http].name");
  expect(at(6)).toBe('metadata.annotations["a.b/c"]');
  expect(at(24)).toBe("spec.template.spec.containers[1].image");
});

test("what is typed lies where its column says", () => {
  const text =
    "spec:\n  template:\n    spec:\n      containers:\n      - name: a\n        im\n  re\n";
  expect(placeOf(text, 6, 8)).toEqual(["spec", "template", "spec", "containers", 0]);
  expect(placeOf(text, 7, 2)).toEqual(["spec"]);
  expect(placeOf(`${text}- `, 8, 0)).toEqual([]);
  expect(placeOf("a:\n  - x: 1\n  - ", 3, 4)).toEqual(["a", 1]);
  expect(placeOf("a: |\n  te", 2, 2)).toBeNull();
});

const FIELDS = new Fields({
  root: "Thing",
  schemas: {
    Thing: {
      type: "object",
      properties: {
        kind: { type: "string" },
        spec: { allOf: [{ $ref: "Spec" }], description: "What is asked for" },
      },
    },
    Spec: {
      type: "object",
      properties: {
        replicas: { type: "integer" },
        paused: { type: "boolean" },
        port: { "x-kubernetes-int-or-string": true },
        labels: { type: "object", additionalProperties: { type: "string" } },
        list: { type: "array", items: { $ref: "Entry" } },
        any: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    Entry: { type: "object", properties: { name: { type: "string" } } },
  },
});

const faults = (text: string) =>
  faultsOf(text, () => FIELDS).map(({ entry, fault, what }) => `${entry.line} ${fault} ${what}`);

test("unknown fields and values of another type are found, and nothing else", () => {
  expect(
    faults(`kind: Thing
spec:
  replicas: 3
  paused: yes
  port: http
  labels: {a: b}
  any:
    whatever: 1
  list:
  - name: x
`),
  ).toEqual([]);
  expect(
    faults(`kind: Thing
spec:
  replica: 3
  replicas: "3"
  paused: 1
  labels:
    on: true
    b: 12
  list:
  - nam: x
    name: on
`),
  ).toEqual([
    "3 unknown replica",
    "4 type integer",
    "5 type boolean",
    "7 type string",
    "8 type string",
    "10 unknown nam",
    "11 type string",
  ]);
  expect(FIELDS.at(["spec"])?.description).toBe("What is asked for");
});
