/** The names by which scripts/messages.py finds what is to be translated. They give back what they are given. */

export const gettext_noop = (sentence) => sentence;
export const ngettext_lazy = (one, many) => [one, many];
