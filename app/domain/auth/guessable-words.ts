/**
 * What passwords are made of that are tried first: the words behind the most frequent ones of the lists that
 * leaks have left (SecLists' and the NCSC's top 100,000), in one spelling. Twelve characters and more are
 * mostly one or two of these with a number at the end.
 */
export const guessableWords: readonly string[] = `
  password passwort passwd wachtwoord motdepasse contrasena parola
  qwerty qwertz azerty asdf zxcv yxcv qazwsx abc
  admin administrator root login logon signin user username guest default master manager support service
  welcome hello letme letmein changeme secret access please whatever nothing trustno test testing temp demo sample
  iloveyou loveyou lovely love forever family friends mother father daddy mommy baby angel princess prince queen king
  sunshine flower butterfly rainbow summer winter spring autumn
  january february march april june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday
  monkey dragon tiger lion eagle falcon horse ginger cookie chocolate cheese banana orange apple
  football baseball basketball hockey soccer tennis golf liverpool chelsea arsenal barcelona
  superman batman spiderman starwars pokemon naruto matrix hunter killer shadow ninja warrior phoenix
  michael jennifer jessica michelle daniel thomas charlie jordan ashley robert andrew william george nicole
  computer internet samsung google facebook microsoft windows linux apache oracle mysql postgres
  money freedom diamond silver golden purple london america
  company business office system server network database security company signalbox
`
  .trim()
  .split(/\s+/)
  // The longer one first, so that none is found inside of another.
  .sort((a, b) => b.length - a.length);
