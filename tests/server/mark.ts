/** In every token that servers of the tests accept or give out, so that one can look for all of them at once. */
export const MARK = "OnlyForTheServer";
