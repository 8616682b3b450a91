/** `npm run docs:audit`: writes docs/audit-actions.md from the audit registry. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditActionsDocument } from "./audit-actions-document.ts";

writeFileSync(join(import.meta.dirname, "../docs/audit-actions.md"), auditActionsDocument());
