/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-flags.h"

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
