import postgres from "postgres";
import { commitMessages } from "#app/domain/messaging/commit-messages.server.ts";
import type { PreparedSend } from "#app/domain/messaging/prepared-send.ts";
import { toTypeId } from "#db/ids.ts";

/**
 * A uuid of the bench that pgbench can make as well: `{{n}}` stands for the transaction's number
 * (8 digits) and `{{c}}` for the client's (4 digits, the first a 7).
 */
export const uuidOfClient = (template: string, client: number): string =>
  template.replaceAll("{{c}}", `${7_000 + client}`);

interface Statement {
  text: string;
  parameters: unknown[];
}

/** The statements of a commit, by running it once on the real database and listening to the driver. */
async function captureCommit(url: string, batch: readonly PreparedSend[]): Promise<Statement[]> {
  const statements: Statement[] = [];
  const sql = postgres(url, {
    max: 1,
    // Named, so that its types are looked up beforehand and not in the middle of it.
    fetch_types: true,
    debug: (_connection, text, parameters) => statements.push({ text, parameters }),
  });
  try {
    await sql`select 1`;
    statements.length = 0;
    await sql.begin((tx) => commitMessages(tx, batch));
  } finally {
    await sql.end({ timeout: 5 });
  }
  return statements.filter(({ text }) => !/^\s*(begin|commit)\b/i.test(text));
}

export interface ScriptOptions {
  url: string;
  /** A batch of client 0. Its messages to one mailbox are at most ten. */
  batch: readonly PreparedSend[];
  /** Ids of client 0 and the templates of every client's (`uuidOfClient`). */
  templates: ReadonlyMap<string, string>;
}

/**
 * The commit of a batch as a pgbench script: the statements that `commitMessages` runs, word for
 * word, in the same round trips. What differs from one commit to the next (ids, sequences) is put
 * into the parameters' text by two `replace` calls a statement, some tens of microseconds.
 */
export async function batchScript({ url, batch, templates }: ScriptOptions): Promise<string> {
  const statements = await captureCommit(url, batch);
  const places = new Map(templates);
  for (const [index, send] of batch.entries()) {
    const template = `{{n}}-${String(index).padStart(4, "0")}-{{c}}-8000-000000000001`;
    places.set(send.messageUuid, template);
    places.set(toTypeId("msg", send.messageUuid), `msg_${template.replaceAll("-", "").slice(0, 26)}`);
  }
  const [resolve, ...writes] = statements.map((statement) => toScript(statement, places));
  const script = [
    "\\set n :n + 1",
    "\\set c 7000 + :client_id",
    "\\startpipeline",
    "begin;",
    resolve,
    "\\endpipeline",
    "\\startpipeline",
    ...writes,
    "\\endpipeline",
    "commit;",
    "",
  ].join("\n");
  const surprise = /(?<!:):(?!(?:n|c|client_id)\b)[A-Za-z_]\w*/.exec(script.replaceAll(/::\w+/g, ""));
  if (surprise !== null) throw new Error(`pgbench would take ${surprise[0]} for a variable`);
  return script;
}

function toScript({ text, parameters }: Statement, places: ReadonlyMap<string, string>): string {
  // pgbench looks for variables inside quotes too, where a time's format has colons.
  const plain = text.replaceAll("HH24:MI:SS", 'HH24":"MI":"SS').trim();
  return `${plain.replace(/\$(\d+)/g, (_, number: string) => toExpression(parameters[Number(number) - 1], places))};`;
}

function toExpression(parameter: unknown, places: ReadonlyMap<string, string>): string {
  const text = String(parameter);
  // An array, as PostgreSQL writes one.
  if (text.startsWith("{")) return `'${text}'`;
  const rows: unknown = JSON.parse(text);
  if (!Array.isArray(rows)) throw new Error("a parameter is no list of rows");
  const varied = rows.map((row: unknown, index) => vary(row, index, places));
  // Spread out, so that no value follows its colon at once; colons inside of strings are escaped.
  const literal = JSON.stringify(varied, null, 1)
    .replace(/:(?=[A-Za-z_])/g, "\\u003a")
    .replaceAll("'", "''");
  return `replace(replace('${literal}', '{{n}}', :n::text), '{{c}}', :c::text)`;
}

/** A row with what differs between commits as places: known ids, sequences, the ids of audit events. */
function vary(row: unknown, index: number, places: ReadonlyMap<string, string>): unknown {
  return JSON.parse(JSON.stringify(row), (name, value: unknown) => {
    if (name === "sequence" && typeof value === "number") return `{{n}}${(value - 1) % 10}`;
    if (typeof value !== "string") return value;
    const place = places.get(value);
    if (place !== undefined) return place;
    return name === "id" ? `{{n}}-${String(index).padStart(4, "0")}-{{c}}-8000-000000000002` : value;
  });
}
