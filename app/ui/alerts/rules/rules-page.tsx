import { Plus } from "lucide-react";
import { useState } from "react";
import type { RuleView } from "#app/domain/alerts/rule-schema.ts";
import { OutcomeNotice } from "../../outcome-notice.tsx";
import { Button } from "../../primitives/button.tsx";
import { PageHeader } from "../../primitives/page-header.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { HeaderCell, Table } from "../../primitives/table.tsx";
import type { AlertsBase } from "../alerts-href.ts";
import { AlertsTabs } from "../alerts-tabs.tsx";
import { type OpenRule, RuleDrawer } from "./rule-drawer.tsx";
import type { RuleChoices } from "./rule-form.tsx";
import { RuleRow } from "./rule-row.tsx";

interface RulesPageProps extends RuleChoices {
  base: AlertsBase;
  rules: readonly RuleView[];
  mayChange: boolean;
  /** What came of a form that was sent without JavaScript. */
  answer: unknown;
}

/** What is looked for, from when on it is an alert, and who is told: kind by kind, the built-in rule first. */
export function RulesPage({ base, rules, mayChange, answer, ...choices }: RulesPageProps) {
  const [open, setOpen] = useState<OpenRule>();
  const place = ({ kind, builtIn }: RuleView) => choices.kinds.indexOf(kind) * 2 + (builtIn ? 0 : 1);
  const sorted = rules.toSorted((one, other) => place(one) - place(other));
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Rules"
        description={
          base === "/dashboard/alerts"
            ? "What is looked for among all that happens, and from when on it is an alert. A change holds for what happens from then on."
            : "What is looked for in the service itself. Organisations have rules of their own."
        }
        actions={
          mayChange && (
            <Button
              variant="primary"
              className="needs-script"
              icon={<Plus className="size-4" />}
              onClick={() => setOpen({ rule: undefined })}
            >
              Add a rule
            </Button>
          )
        }
      />
      <AlertsTabs base={base} here="rules" />
      <OutcomeNotice answer={answer} />
      <Panel flush>
        <Table caption="Rules" head={<Head />}>
          {sorted.map((rule) => (
            <RuleRow
              key={rule.id}
              base={base}
              rule={rule}
              channels={choices.channels}
              mayChange={mayChange}
              onEdit={() => setOpen({ rule })}
            />
          ))}
        </Table>
      </Panel>
      <RuleDrawer open={open} onClose={() => setOpen(undefined)} {...choices} />
    </div>
  );
}

function Head() {
  return (
    <>
      <HeaderCell className="!pr-0">
        <span className="sr-only">On or off</span>
      </HeaderCell>
      <HeaderCell>Rule</HeaderCell>
      <HeaderCell className="hidden md:table-cell">Severity</HeaderCell>
      <HeaderCell className="hidden md:table-cell">When</HeaderCell>
      <HeaderCell className="hidden lg:table-cell">Told again</HeaderCell>
      <HeaderCell className="hidden lg:table-cell">Told to</HeaderCell>
      <HeaderCell>
        <span className="sr-only">Edit</span>
      </HeaderCell>
    </>
  );
}
