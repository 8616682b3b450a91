export const accountPath = "/dashboard/account";
export const sessionsPath = "/dashboard/account/sessions";
