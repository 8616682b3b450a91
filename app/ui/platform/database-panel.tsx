import type { DatabaseFacts } from "#app/domain/platform/schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { sizeInWords } from "./size-words.ts";

/** The one store. */
export function DatabasePanel({ database }: { database: DatabaseFacts }) {
  const { version, sizeBytes, connections, migrations } = database;
  return (
    <Panel title="Database">
      <Facts>
        <Fact name="PostgreSQL">{version}</Fact>
        <Fact name="Size">{sizeInWords(sizeBytes)}</Fact>
        <Fact name="Connections">{formatCount(connections)}</Fact>
        <Fact name="Migrations">
          <span className="flex flex-wrap items-center gap-2">
            {formatCount(migrations.applied)} applied
            {migrations.missing > 0 && <Badge tone="bad">{migrations.missing} missing</Badge>}
          </span>
        </Fact>
        <Fact name="Newest">{migrations.newest ?? "Of a newer version than this one"}</Fact>
      </Facts>
    </Panel>
  );
}
