import type { MessageType, PayloadOf } from "#app/domain/messaging/schema.ts";
import { keysOf } from "../agents/agent-words.ts";
import { errorOf, type FormProblem } from "../form-failure.ts";
import {
  severities as severityWords,
  taskPriorities as taskPriorityWords,
} from "../messages/message-words.ts";
import { SelectField, TextArea, TextField } from "../primitives/field.tsx";

interface TypeFieldsProps {
  type: MessageType;
  problem: FormProblem | undefined;
  /** What an answer takes over from the message it answers. */
  taskId?: string | undefined;
  requestId?: string | undefined;
}

/** The fields of a message's payload, by its type. */
export function TypeFields({ type, problem, taskId, requestId }: TypeFieldsProps) {
  const error = (field: string) => errorOf(problem, field);
  switch (type) {
    case "task_handoff":
      return (
        <>
          <TextArea
            label="Description"
            name="description"
            required
            maxLength={20_000}
            rows={5}
            placeholder="What is to be done, and how one can tell that it is."
            error={error("description")}
          />
          <div className="grid gap-5 sm:grid-cols-3">
            <TaskField required taskId={taskId} error={error("taskId")} />
            <SelectField
              label="Task priority"
              name="taskPriority"
              defaultValue="medium"
              error={error("taskPriority")}
            >
              {keysOf(taskPriorityWords).map((value) => (
                <option key={value} value={value}>
                  {taskPriorityWords[value].label}
                </option>
              ))}
            </SelectField>
            <TextField label="Due" name="dueDate" type="date" error={error("dueDate")} />
          </div>
          <JsonField name="context" label="Context" error={error("context")} />
        </>
      );
    case "status_update":
      return (
        <>
          <TextField
            label="Status"
            name="status"
            required
            maxLength={200}
            autoComplete="off"
            placeholder="in progress"
            error={error("status")}
          />
          <TextArea label="Detail" name="detail" maxLength={20_000} rows={5} error={error("detail")} />
          <div className="grid gap-5 sm:grid-cols-2">
            <TextField
              label="Progress in %"
              name="progress"
              inputMode="numeric"
              autoComplete="off"
              error={error("progress")}
            />
            <TaskField taskId={taskId} error={error("taskId")} />
          </div>
        </>
      );
    case "data_request":
      return (
        <>
          <TextArea
            label="Question"
            name="query"
            required
            maxLength={20_000}
            rows={5}
            placeholder="What you want to know."
            error={error("query")}
          />
          <div className="grid gap-5 sm:grid-cols-2">
            <TextField
              label="Data source"
              name="dataSource"
              maxLength={200}
              autoComplete="off"
              error={error("dataSource")}
            />
            <FormatField label="Wanted as" any="Any format" error={error("format")} />
          </div>
        </>
      );
    case "data_response":
      return (
        <>
          <TextArea
            label="Data"
            name="data"
            required
            rows={7}
            spellCheck={false}
            error={error("data")}
            hint="Text as it stands; JSON when the format says so."
          />
          <div className="grid gap-5 sm:grid-cols-2">
            <FormatField label="Format" initial="text" error={error("format")} />
            <TextField
              label="Answers request"
              name="requestId"
              maxLength={200}
              defaultValue={requestId}
              autoComplete="off"
              error={error("requestId")}
            />
          </div>
        </>
      );
    case "escalation":
      return (
        <>
          <TextArea
            label="Reason"
            name="reason"
            required
            maxLength={20_000}
            rows={5}
            error={error("reason")}
          />
          <div className="grid gap-5 sm:grid-cols-2">
            <SelectField label="Severity" name="severity" defaultValue="medium" error={error("severity")}>
              {keysOf(severityWords).map((value) => (
                <option key={value} value={value}>
                  {severityWords[value].label}
                </option>
              ))}
            </SelectField>
            <TaskField taskId={taskId} error={error("taskId")} />
          </div>
          <JsonField name="context" label="Context" error={error("context")} />
        </>
      );
  }
}

function TaskField({
  required,
  taskId,
  error,
}: {
  required?: boolean;
  taskId: string | undefined;
  error: string | undefined;
}) {
  return (
    <TextField
      label="Task"
      name="taskId"
      required={required}
      maxLength={200}
      defaultValue={taskId}
      autoComplete="off"
      placeholder="NW-1042"
      error={error}
    />
  );
}

const formatLabels: Record<NonNullable<PayloadOf<"data_request">["format"]>, string> = {
  json: "JSON",
  text: "Text",
  table: "Table (JSON rows)",
};

function FormatField({
  label,
  any,
  initial = "",
  error,
}: {
  label: string;
  any?: string;
  initial?: string;
  error: string | undefined;
}) {
  return (
    <SelectField label={label} name="format" defaultValue={initial} error={error}>
      {any !== undefined && <option value="">{any}</option>}
      {keysOf(formatLabels).map((value) => (
        <option key={value} value={value}>
          {formatLabels[value]}
        </option>
      ))}
    </SelectField>
  );
}

function JsonField({ name, label, error }: { name: string; label: string; error: string | undefined }) {
  return (
    <TextArea
      label={label}
      name={name}
      rows={3}
      spellCheck={false}
      placeholder='{ "branch": "fix/arm" }'
      hint="JSON that goes along with it."
      error={error}
    />
  );
}
