/**
 * Who may import whom (docs/decisions/0003-import-rules.md). `npm run lint` fails on any other edge.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: "^(app|db|jobs|scripts|tests|server\\.ts)", pathNot: allowed },
});

const domain = (name, mayUse) =>
  only(
    `domain-${name}`,
    `^app/domain/${name}/`,
    [
      `^app/domain/${name}/`,
      ...mayUse.map((other) => `^app/domain/${other}/`),
      "^app/domain/[^/]+\\.ts$",
      "^app/domain/auth/(actor|scopes)\\.ts$",
      "^db/",
      "^jobs/(catalog|enqueue)",
    ],
    "A domain imports db, the job catalogue and the domains below it.",
  );

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^virtual:" },
    },
    only("db-alone", "^db/", ["^db/"], "db imports nothing of ours."),
    only(
      "jobs-catalog",
      "^jobs/(catalog|enqueue)",
      ["^db/", "^jobs/(catalog|enqueue)"],
      "The catalogue is what domains import.",
    ),
    only(
      "jobs-tasks",
      "^jobs/tasks/",
      ["^app/domain/", "^jobs/(catalog|tasks/)", "^db/"],
      "Tasks call the domain.",
    ),
    domain("audit", []),
    domain("mail", []),
    domain("auth", ["audit", "mail"]),
    domain("limits", ["audit", "auth"]),
    domain("outbound", []),
    domain("messaging", ["audit", "auth", "outbound"]),
    domain("live", ["audit", "auth", "messaging"]),
    domain("retention", ["audit", "auth", "messaging"]),
    domain("integrity", ["audit", "auth"]),
    domain("usage", ["audit", "auth", "limits", "messaging"]),
    domain("asking", ["audit", "auth", "limits", "live", "messaging", "usage"]),
    domain("billing", ["audit", "auth", "usage"]),
    domain("platform", ["audit", "auth", "billing"]),
    domain("tools", ["audit", "auth", "limits", "messaging"]),
    domain("alerts", [
      "audit",
      "auth",
      "integrity",
      "limits",
      "mail",
      "messaging",
      "outbound",
      "platform",
      "usage",
    ]),
    only("demo-fleet", "^app/demo/fleet", ["^app/demo/fleet"], "The fleet is an ordinary HTTP client."),
    {
      name: "domain-is-plain",
      comment: "The domain knows no framework.",
      severity: "error",
      from: { path: "^app/domain/" },
      to: { path: "node_modules/(@remix-run|react|react-dom|@tremor|remix-auth)/" },
    },
    only(
      "http",
      "^app/http/",
      ["^app/(domain|http)/", "^app/(env|runtime)\\.", "^db/(ids|database)\\.ts$"],
      "http imports the domain and env.",
    ),
    only(
      "ui",
      "^app/ui/",
      [
        "^app/ui/",
        "^app/domain/.+schema\\.ts$",
        // Tables and bounds alone, without a schema's parser.
        "^app/domain/(catalogue|auth/scopes|auth/password-length)\\.ts$",
        "^app/domain/alerts/(rule-kinds|facts|alert-words|alert-advice)\\.ts$",
        "^app/domain/integrity/archive/archive-days\\.ts$",
        "^db/ids\\.ts$",
      ],
      "The interface imports client-safe schemas only.",
    ),
    {
      name: "routes-without-tables",
      comment: "Routes call the domain; they never see Drizzle or a table.",
      severity: "error",
      from: { path: "^app/routes/" },
      to: { path: ["node_modules/(drizzle-orm|postgres)/", "^db/(?!ids\\.ts$)", "^jobs/", "^server\\.ts$"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(build|\\.data|\\.cache)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
    },
  },
};
