import { z } from "zod";
import { auditActions, auditRegistry } from "#app/domain/audit/registry.ts";

interface Shape {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Shape[];
  items?: Shape;
  properties?: Record<string, Shape>;
  required?: string[];
}

/** The shape of a detail in a few words. */
function kindOf(shape: Shape): string {
  if (shape.const !== undefined) return String(shape.const);
  if (shape.enum !== undefined) return shape.enum.map(String).join(" / ");
  if (shape.anyOf !== undefined)
    return (
      [...new Set(shape.anyOf.map(kindOf))].filter((kind) => kind !== "anything").join(" or ") || "anything"
    );
  if (Array.isArray(shape.type)) return shape.type.map((type) => kindOf({ ...shape, type })).join(" or ");
  if (shape.type === "array")
    return `list of ${shape.items === undefined ? "anything" : kindOf(shape.items)}`;
  if (shape.type === "string") return "text";
  if (shape.type === "integer" || shape.type === "number") return "number";
  if (shape.type === "boolean") return "yes or no";
  if (shape.type === "null") return "nothing";
  if (shape.type === "object" && shape.properties !== undefined)
    return Object.keys(shape.properties).join(" and ");
  return shape.type === "object" ? "by name" : "anything";
}

function detailsOf(details: z.ZodType, erasable: readonly string[]): string {
  // As its JSON: what a program may say of a schema is more than what stands there.
  const json = JSON.stringify(z.toJSONSchema(details, { io: "input", unrepresentable: "any" }));
  const shape: Shape = JSON.parse(json);
  const required = new Set(shape.required ?? []);
  return Object.entries(shape.properties ?? {})
    .map(([name, one]) => {
      const marks = [required.has(name) ? "" : "?", erasable.includes(name) ? "*" : ""].join("");
      return `\`${name}\`${marks.replace("*", "\\*")} (${kindOf(one)})`;
    })
    .join(", ");
}

/** `docs/audit-actions.md`, from the registry. */
export function auditActionsDocument(): string {
  const groups = new Map<string, string[]>();
  for (const action of auditActions) {
    const entry = auditRegistry[action];
    const isExternal = "external" in entry && entry.external;
    const line = `| \`${action}\`${isExternal ? " (external)" : ""} | ${entry.resourceType} | ${detailsOf(entry.details, entry.erasable)} |`;
    const group = action.slice(0, action.indexOf("."));
    groups.set(group, [...(groups.get(group) ?? []), line]);
  }
  const tables = [...groups].map(
    ([group, lines]) =>
      `## ${group}\n\n| action | resource | details |\n| --- | --- | --- |\n${lines.join("\n")}\n`,
  );
  return `# What the audit trail records

Made from \`app/domain/audit/registry.ts\` by \`npm run docs:audit\`; a test fails when the two differ. Nothing that is
not in the registry can be recorded, and no details but these.

Each event has an id, a time to the microsecond, an actor (a person, an agent, a service or Signalbox itself), an
action, a resource, a status (\`success\`, \`failure\`, \`denied\`), and where there is one the request's id, the
correlation id and a keyed digest of the client's address.

- \`?\`: only where there is something to say.
- \\*: in somebody's own words, or naming a person. It is sealed as a salted commitment, so that it can be erased.
- external: recorded by a customer's own systems, by \`POST /api/activity\` with the right \`activity:write\`.

${tables.join("\n")}`;
}
