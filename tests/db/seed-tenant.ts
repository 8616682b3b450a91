import type postgres from "postgres";
import { newUuid } from "#db/ids.ts";

/** One row in every tenant table, as the owner; gives the tenant's uuid. */
export async function seedTenant(owner: postgres.Sql, name: string): Promise<string> {
  const [tenant, user, member, agent, other, message, key] = Array.from({ length: 7 }, newUuid);
  if (tenant === undefined || agent === undefined || other === undefined) throw new Error("unreachable");
  await owner.begin(async (sql) => {
    await sql`insert into tenants (id, name, slug) values (${tenant}, ${name}, ${tenant})`;
    await sql`insert into users (id, email, name, password_hash)
              values (${user ?? ""}, ${`${tenant}@example.com`}, ${name}, 'secret')`;
    await sql`insert into memberships (tenant_id, id, user_id, role)
              values (${tenant}, ${member ?? ""}, ${user ?? ""}, 'member')`;
    const session = newUuid();
    await sql`insert into sessions (tenant_id, id, user_id, token_hash, expires_at)
              values (${tenant}, ${session}, ${user ?? ""}, ${Buffer.from(tenant)}, now() + interval '1 day')`;
    await sql`insert into refresh_tokens (tenant_id, id, session_id, token_hash, expires_at)
              values (${tenant}, ${newUuid()}, ${session}, ${Buffer.from(tenant)}, now() + interval '1 day')`;
    await sql`insert into invitations (tenant_id, id, email, role, token_hash, expires_at)
              values (${tenant}, ${newUuid()}, ${`guest@${tenant}`}, 'member', ${Buffer.from(tenant)}, now() + interval '1 day')`;
    for (const id of [agent, other]) {
      await sql`insert into agents (tenant_id, id, name, model_tier, token_quota)
                values (${tenant}, ${id}, 'agent', 'haiku', 1)`;
      await sql`insert into mailboxes (tenant_id, id, kind) values (${tenant}, ${id}, 'agent')`;
    }
    await sql`insert into api_keys (tenant_id, id, agent_id, name, prefix, key_hash, scopes)
              values (${tenant}, ${key ?? ""}, ${agent}, 'key', 'sb_x', ${Buffer.from(tenant)}, '{}')`;
    await sql`insert into allowlist_edges (tenant_id, sender_id, recipient_id) values (${tenant}, ${agent}, ${other})`;
    await sql`insert into messages (tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, type, kind,
                                    priority, payload, correlation_id)
              values (${tenant}, ${message ?? ""}, 'agent', ${agent}, 'agent', ${other}, 'status_update', 'event',
                      'normal', '{}', 'c')`;
    await sql`insert into deliveries (tenant_id, message_id, recipient_id, status, priority_rank)
              values (${tenant}, ${message ?? ""}, ${other}, 'blocked', 2)`;
    await sql`insert into asks (tenant_id, message_id, agent_id, user_id, membership_id, correlation_id, request_id,
                                asked_at, deadline_at)
              values (${tenant}, ${message ?? ""}, ${agent}, ${user ?? ""}, ${member ?? ""}, 'c', 'r', now(), now())`;
    await sql`insert into seen_marks (tenant_id, membership_id, mailbox_id, seen_through)
              values (${tenant}, ${member ?? ""}, ${other}, 0)`;
    await sql`insert into idempotency_keys (tenant_id, sender_id, key, request_hash, message_id)
              values (${tenant}, ${agent}, 'k', '\\x00', ${message ?? ""})`;
    await sql`insert into activity_keys (tenant_id, actor_id, key, request_hash, answer)
              values (${tenant}, 'key_1', 'k', '\\x00', '{}')`;
    await sql`insert into endpoints (tenant_id, agent_id, url, secret)
              values (${tenant}, ${agent}, 'https://example.com/', ${Buffer.from("sealed")})`;
    await sql`insert into delivery_attempts (tenant_id, message_id, id, attempt, url, started_at, duration_ms, outcome)
              values (${tenant}, ${message ?? ""}, ${newUuid()}, 1, 'https://example.com/', now(), 1, 'failed')`;
    await sql`insert into escalations (tenant_id, message_id, severity_rank) values (${tenant}, ${message ?? ""}, 1)`;
    await sql`insert into party_rollups (tenant_id, grain, at, direction, party_kind, party_id)
      values (${tenant}, 'day', '2026-01-01', 'sent', 'agent', ${newUuid()})`;
    await sql`insert into traffic_deltas (tenant_id, deltas) values (${tenant}, '[]')`;
    await sql`insert into traffic_rollups (tenant_id, grain, at, type) values (${tenant}, 'hour', now(), 'status_update')`;
    await sql`insert into edge_rollups (tenant_id, grain, at, sender_kind, sender_id, recipient_kind, recipient_id)
              values (${tenant}, 'hour', now(), 'agent', ${agent}, 'agent', ${other})`;
    await sql`insert into holds (tenant_id, id, message_id, reason)
              values (${tenant}, ${newUuid()}, ${message ?? ""}, 'a claim')`;
    await sql`insert into erasures (tenant_id, id, subject_kind, subject_id, reason)
              values (${tenant}, ${newUuid()}, 'agent', ${agent}, 'a request')`;
    await sql`insert into audit_seals (tenant_id, sequence, statement, signature, digest, events, from_at, to_at)
              values (${tenant}, 1, '{}', '\\x00', '\\x00', 1, now(), now())`;
    await sql`insert into audit_archives (tenant_id, id, first_sequence, last_sequence, events, from_at, to_at, last_digest, file)
              values (${tenant}, ${newUuid()}, 1, 1, 1, now(), now(), '\\x00', 'f')`;
    await sql`insert into audit_retention (tenant_id) values (${tenant})`;
    const sweep = newUuid();
    await sql`insert into audit_sweeps (id) values (${sweep})`;
    await sql`insert into audit_retention_runs (
        tenant_id, sweep_id, duration_ms, archived_events, archives, bytes, deleted_archives, deleted_events)
      values (${tenant}, ${sweep}, 1, 0, 0, 0, 0, 0)`;
    await sql`insert into audit_chains (tenant_id, sequence, digest) values (${tenant}, 1, '\\x00')`;
    await sql`insert into audit_verifications (tenant_id, id) values (${tenant}, ${newUuid()})`;
    // plan_terms and agent_terms have rows by their triggers.
    await sql`insert into usage_events (tenant_id, id, agent_id, occurred_at, model, provider, terms_from, model_tier,
        input_tokens, output_tokens, cached_tokens, thinking_tokens, duration_ms, cost_micros, cost_reported, late)
      values (${tenant}, ${newUuid()}, ${agent}, now(), 'm', 'p', now(), 'haiku', 1, 1, 0, 0, 1, 1, true, false)`;
    await sql`insert into usage_keys (tenant_id, agent_id, key, event_id) values (${tenant}, ${agent}, 'k', ${newUuid()})`;
    await sql`insert into usage_hours (tenant_id, at, agent_id, model, provider, user_id)
              values (${tenant}, now(), ${agent}, 'm', 'p', '')`;
    await sql`insert into usage_days (tenant_id, day, agent_id, terms_from, model, provider, model_tier)
              values (${tenant}, '2026-01-01', ${agent}, now(), 'm', 'p', 'haiku')`;
    await sql`insert into usage_tenant_days (tenant_id, day) values (${tenant}, '2026-01-01')`;
    await sql`insert into usage_months (tenant_id, month, agent_id, terms_from, model, provider, model_tier)
              values (${tenant}, '2026-01-01', ${agent}, now(), 'm', 'p', 'haiku')`;
    await sql`insert into usage_user_months (tenant_id, month, user_id) values (${tenant}, '2026-01-01', 'u')`;
    await sql`insert into usage_tool_months (tenant_id, month, agent_id, tool)
              values (${tenant}, '2026-01-01', ${agent}, 't')`;
    await sql`insert into agent_periods (tenant_id, agent_id, period) values (${tenant}, ${agent}, '2026-01-01')`;
    await sql`insert into send_allowances (tenant_id, agent_id, last_at) values (${tenant}, ${agent}, now())`;
    const budget = newUuid();
    await sql`insert into budgets (tenant_id, id, amount_micros) values (${tenant}, ${budget}, 1)`;
    await sql`insert into budget_periods (tenant_id, budget_id, period) values (${tenant}, ${budget}, '2026-01-01')`;
    await sql`insert into reservations (tenant_id, id, agent_id, period, amount_micros, expires_at)
              values (${tenant}, ${newUuid()}, ${agent}, '2026-01-01', 1, now())`;
    const rule = newUuid();
    await sql`insert into alert_rules (tenant_id, id, kind, severity, threshold, window_seconds)
              values (${tenant}, ${rule}, 'rate_limit', 'info', 1, 60)`;
    const alert = newUuid();
    await sql`insert into alerts (tenant_id, id, rule_id, kind, fingerprint, severity, subject_type, first_at, last_at)
              values (${tenant}, ${alert}, ${rule}, 'rate_limit', 'f', 'info', 'agent', now(), now())`;
    await sql`insert into alert_hits (tenant_id, rule_id, key, occurrence, occurred_at)
              values (${tenant}, ${rule}, 'k', 'o', now())`;
    await sql`insert into alert_events (tenant_id, alert_id, event_id, occurred_at)
              values (${tenant}, ${alert}, ${newUuid()}, now())`;
    await sql`insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind)
              values (${tenant}, ${alert}, ${newUuid()}, 'opened', 'system')`;
    await sql`insert into alert_silences (tenant_id, id, reason, ends_at) values (${tenant}, ${newUuid()}, 'r', now())`;
    await sql`insert into alert_preferences (tenant_id, user_id) values (${tenant}, ${user ?? ""})`;
    await sql`insert into alert_reads (tenant_id, user_id, alert_id) values (${tenant}, ${user ?? ""}, ${alert})`;
    const channel = newUuid();
    await sql`insert into alert_channels (tenant_id, id, kind, name, secret)
              values (${tenant}, ${channel}, 'slack', 'n', ${Buffer.from("sealed")})`;
    const delivery = newUuid();
    await sql`insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content)
              values (${tenant}, ${delivery}, ${channel}, ${alert}, 'opened', '{}')`;
    await sql`insert into alert_delivery_attempts (tenant_id, delivery_id, id, attempt, target, started_at, duration_ms, outcome)
              values (${tenant}, ${delivery}, ${newUuid()}, 1, 't', now(), 1, 'failed')`;
    await sql`insert into tool_policies (tenant_id, agent_id) values (${tenant}, ${agent})`;
    await sql`update invoice_counter set last_sequence = last_sequence + 1`;
    await sql`insert into invoices (tenant_id, id, sequence, number, period, plan, total_micros, lines, billed_to)
              select ${tenant}, ${newUuid()}, last_sequence, 'n', '2026-01-01', 'starter', 1, '[]', 'n' from invoice_counter`;
    await sql`insert into audit_events (tenant_id, id, actor_kind, action, resource_type, status)
              values (${tenant}, ${newUuid()}, 'system', 'test', 'test', 'success')`;
  });
  return tenant;
}
