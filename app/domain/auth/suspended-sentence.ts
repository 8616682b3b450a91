/** What those alone are told who could come in otherwise. */
export const suspendedSentence =
  "Your organisation is suspended: nobody can sign in to it for now. Ask whoever runs this service.";
