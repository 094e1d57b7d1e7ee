/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-apply-private.h"

#include "tern-error.h"

static gboolean
is_permanent (const char *const *permanent, const char *flag)
{
  for (guint i = 0; permanent[i] != NULL; i++)
    if (g_ascii_strcasecmp (permanent[i], flag) == 0 ||
        (*flag != '\\' && g_strcmp0 (permanent[i], "\\*") == 0))
      return TRUE;
  return FALSE;
}

/* Those of @flags that the server keeps (PERMANENTFLAGS, RFC 9051 section 7.1); @all (nullable)
 * becomes whether these are all. */
char *
tern_imap_apply_select_permanent (TernImapApply *self, const char *flags, gboolean *all)
{
  const char *told =
      tern_imap_session_get_selected (tern_imap_apply_get_session (self))->permanent_flags;
  g_auto (GStrv) permanent = told != NULL ? g_strsplit_set (told, "() ", -1) : NULL;
  g_auto (GStrv) wanted = g_strsplit (flags, " ", -1);
  GString *kept = g_string_new (NULL);

  if (all != NULL)
    *all = TRUE;
  for (guint i = 0; wanted[i] != NULL; i++)
    if (permanent == NULL || is_permanent ((const char *const *) permanent, wanted[i]))
      g_string_append_printf (kept, "%s%s", kept->len > 0 ? " " : "", wanted[i]);
    else if (all != NULL && *wanted[i] != '\0')
      *all = FALSE;
  return g_string_free (kept, FALSE);
}

static void
stored_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);
  tern_imap_apply_answered (user_data, error);
}

static void
finish (TernImapApply *self)
{
  if (tern_imap_apply_collect_refused (self))
    tern_imap_apply_done (self);
}

/* Sets and clears flags, all in one flight. A flag that would be gone with the session is not set
 * at all; one that the server does not keep is not there to be cleared. */
void
tern_imap_apply_flags (TernImapApply *self)
{
  gboolean all;
  g_autofree char *set = tern_imap_apply_select_permanent (self, self->set, &all);
  g_autofree char *clear = tern_imap_apply_select_permanent (self, self->clear, NULL);
  const char *const actions[] = { "+FLAGS.SILENT", set, "-FLAGS.SILENT", clear };

  if (!all)
    {
      tern_imap_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                                                       "the server does not keep this flag"));
      return;
    }
  tern_imap_apply_make_sets (self, MAX (strlen (set), strlen (clear)));
  tern_imap_apply_begin_flight (self, finish);
  for (guint i = 0; i < self->sets->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (actions); k += 2)
      if (*actions[k + 1] != '\0')
        tern_imap_store_async (tern_imap_apply_get_session (self),
                               g_array_index (self->sets, TernImapApplySet, i).text, actions[k],
                               actions[k + 1], tern_imap_apply_get_cancellable (self), stored_cb,
                               tern_imap_apply_call (self, i));
  tern_imap_apply_end_flight (self);
}
