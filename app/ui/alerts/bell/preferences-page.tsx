import { useFetcher } from "@remix-run/react";
import { definitionOf, ruleKindNames, severities } from "#app/domain/alerts/rule-kinds.ts";
import type { BellPreferences } from "#app/domain/alerts/rule-schema.ts";
import { OutcomeNotice } from "../../outcome-notice.tsx";
import { Button } from "../../primitives/button.tsx";
import { CheckBox } from "../../primitives/check-box.tsx";
import { ChoiceField } from "../../primitives/field.tsx";
import { PageHeader } from "../../primitives/page-header.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { useOutcomeToast } from "../../use-outcome-toast.ts";
import { severityFilterWords } from "../channels/channel-words.ts";

interface PreferencesPageProps {
  preferences: BellPreferences;
  /** What came of a form that was sent without JavaScript. */
  answer: unknown;
}

/** What the viewer's own bell rings for; what others are told does not change. */
export function PreferencesPage({ preferences: { minSeverity, mutedKinds }, answer }: PreferencesPageProps) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <div className="mx-auto max-w-3xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Your bell"
        description="What your own bell rings for in this organisation. What is left out is on the page of alerts all the same, and channels are told as ever."
      />
      <OutcomeNotice answer={answer} />
      <Panel>
        <fetcher.Form method="post" className="space-y-6">
          <ChoiceField
            label="How much it has to matter"
            name="minSeverity"
            defaultValue={minSeverity}
            choices={severities.map((severity) => ({
              value: severity,
              label: severityFilterWords[severity],
            }))}
          />
          <fieldset>
            <legend className="mb-1 text-sm font-medium">What it may be about</legend>
            <div className="grid gap-x-4 sm:grid-cols-2">
              {ruleKindNames.map((kind) => (
                <CheckBox
                  key={kind}
                  name="kinds"
                  value={kind}
                  defaultChecked={!mutedKinds.includes(kind)}
                  label={definitionOf(kind).label}
                />
              ))}
            </div>
          </fieldset>
          <Button type="submit" variant="primary" busy={fetcher.state !== "idle"}>
            Save
          </Button>
        </fetcher.Form>
      </Panel>
    </div>
  );
}
