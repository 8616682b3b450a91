export const accountPath = "/dashboard/account";
export const sessionsPath = "/dashboard/account/sessions";
export const changeEmailPath = "/dashboard/account/email";
