/** `npm run docs:roles`: writes docs/roles.md from the table of rights. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolesDocument } from "./roles-document.ts";

writeFileSync(join(import.meta.dirname, "../docs/roles.md"), rolesDocument());
