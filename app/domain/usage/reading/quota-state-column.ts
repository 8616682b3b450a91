import { LIMIT_PERCENT, QUOTA_UNITS, WARNING_PERCENT } from "../../catalogue.ts";

/**
 * SQL: the quota state of a row that has `used_units`, `ceiling_percent` and `overage`, in whole numbers
 * so that it changes with the very token. What `quota-state.ts` says, for lists that are filtered by it.
 */
export const quotaStateColumn = (table: string): string => `
  case
    when ${table}.used_units * 100 >= ${table}.ceiling_percent::bigint * ${QUOTA_UNITS} then 'paused'
    when ${table}.used_units * 100 >= ${LIMIT_PERCENT * QUOTA_UNITS} and not ${table}.overage then 'limited'
    when ${table}.used_units * 100 >= ${WARNING_PERCENT * QUOTA_UNITS} then 'warning'
    else 'normal'
  end`;
