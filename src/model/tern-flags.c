/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-flags.h"

#include <string.h>

/* Bytes of keywords that one change may name: with its messages they make one short command. */
#define MAX_KEYWORDS 200

static const struct
{
  const char *name;
  TernFlags flag;
} names[] = {
  { "seen", TERN_FLAGS_SEEN },         { "flagged", TERN_FLAGS_FLAGGED },
  { "answered", TERN_FLAGS_ANSWERED }, { "draft", TERN_FLAGS_DRAFT },
  { "deleted", TERN_FLAGS_DELETED },   { "forwarded", TERN_FLAGS_FORWARDED },
  { "junk", TERN_FLAGS_JUNK },
};

/**
 * tern_flags_to_string:
 * @flags: flags
 *
 * Returns: (transfer full): their names, parted by single spaces; "" for none
 */
char *
tern_flags_to_string (TernFlags flags)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (flags & names[i].flag)
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", names[i].name);
  return g_string_free (out, FALSE);
}

/**
 * tern_flags_from_name:
 * @name: a flag's name as tern_flags_to_string() writes it, in any case
 * @flag: (out): the flag
 *
 * Returns: %FALSE when there is no flag of that name
 */
gboolean
tern_flags_from_name (const char *name, TernFlags *flag)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i].name) == 0)
      {
        *flag = names[i].flag;
        return TRUE;
      }
  return FALSE;
}

/**
 * tern_keywords_are_valid:
 * @keywords: (nullable): keywords, parted by single spaces
 *
 * Returns: whether a server can be asked to keep them: printable ASCII without what means something
 *   in IMAP (RFC 9051 section 9, flag-keyword), and not too long
 */
gboolean
tern_keywords_are_valid (const char *keywords)
{
  if (keywords == NULL || *keywords == '\0')
    return TRUE;
  if (strlen (keywords) > MAX_KEYWORDS)
    return FALSE;
  for (const char *p = keywords; *p != '\0'; p++)
    if (*p == ' ' ? p == keywords || p[1] == ' ' || p[1] == '\0'
                  : !g_ascii_isgraph (*p) || strchr ("(){%*\"\\]", *p) != NULL)
      return FALSE;
  return TRUE;
}

/**
 * tern_keywords_contain:
 * @keywords: (nullable): keywords, parted by single spaces
 * @keyword: one keyword
 *
 * Returns: whether @keyword is among them, in any case
 */
gboolean
tern_keywords_contain (const char *keywords, const char *keyword)
{
  gsize length = strlen (keyword);

  for (const char *p = keywords; p != NULL && *p != '\0';)
    {
      gsize own = strcspn (p, " ");

      if (own == length && g_ascii_strncasecmp (p, keyword, length) == 0)
        return TRUE;
      p += own + (p[own] == ' ');
    }
  return FALSE;
}

/**
 * tern_keywords_change:
 * @keywords: (nullable): keywords, parted by single spaces
 * @set: (nullable): keywords to add
 * @clear: (nullable): keywords to take away
 *
 * Returns: (transfer full) (nullable): what is left, then what is new; %NULL for none
 */
char *
tern_keywords_change (const char *keywords, const char *set, const char *clear)
{
  g_auto (GStrv) old = g_strsplit (keywords != NULL ? keywords : "", " ", -1);
  g_auto (GStrv) added = g_strsplit (set != NULL ? set : "", " ", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; old[i] != NULL; i++)
    if (*old[i] != '\0' && !tern_keywords_contain (clear, old[i]))
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", old[i]);
  for (guint i = 0; added[i] != NULL; i++)
    if (*added[i] != '\0' && !tern_keywords_contain (out->str, added[i]))
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", added[i]);
  return g_string_free (out, out->len == 0);
}
