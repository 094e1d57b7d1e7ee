/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-memory.h"

/* How it is kept: lines, of which later ones may be missing. */
enum
{
  LINE_CAPABILITIES,
  LINE_BEFORE,
  LINE_NOTES,
  N_LINES
};

#define NOTE_SEQUENTIAL "sequential"

/**
 * tern_imap_memory_new:
 * @endpoint: an endpoint
 *
 * Makes the memory of an endpoint of which nothing is known.
 *
 * Returns: (transfer full): a new memory
 */
TernImapMemory *
tern_imap_memory_new (TernEndpoint *endpoint)
{
  TernImapMemory *self = g_new0 (TernImapMemory, 1);

  self->endpoint = tern_endpoint_ref (endpoint);
  return self;
}

/**
 * tern_imap_memory_free:
 * @self: (transfer full): a memory
 *
 * Frees it.
 */
void
tern_imap_memory_free (TernImapMemory *self)
{
  tern_endpoint_unref (self->endpoint);
  g_free (self->capabilities);
  g_free (self->before);
  g_clear_error (&self->refused);
  g_free (self);
}

static char *
dup_line (char **lines, guint index)
{
  return index < g_strv_length (lines) && *lines[index] != '\0' ? g_strdup (lines[index]) : NULL;
}

/**
 * tern_imap_memory_parse:
 * @self: a memory
 * @text: (nullable): what tern_imap_memory_to_string() gave in an earlier session, or an older
 *   version of it: its first lines
 *
 * Takes up what was known then.
 */
void
tern_imap_memory_parse (TernImapMemory *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", N_LINES);
  g_autofree char *notes = dup_line (lines, LINE_NOTES);

  g_free (self->capabilities);
  self->capabilities = dup_line (lines, LINE_CAPABILITIES);
  g_free (self->before);
  self->before = dup_line (lines, LINE_BEFORE);
  self->is_sequential = g_strcmp0 (notes, NOTE_SEQUENTIAL) == 0;
}

/**
 * tern_imap_memory_to_string:
 * @self: a memory
 *
 * Returns: (transfer full) (nullable): what is worth keeping for the next session, %NULL for
 *   nothing
 */
char *
tern_imap_memory_to_string (const TernImapMemory *self)
{
  if (self->capabilities == NULL)
    return NULL;
  return g_strdup_printf ("%s\n%s\n%s", self->capabilities,
                          self->before != NULL ? self->before : "",
                          self->is_sequential ? NOTE_SEQUENTIAL : "");
}

static gboolean
replace (char **field, char *text)
{
  if (g_strcmp0 (*field, text) == 0)
    {
      g_free (text);
      return FALSE;
    }
  g_free (*field);
  *field = text;
  return TRUE;
}

/**
 * tern_imap_memory_learn:
 * @self: a memory
 * @session: a session with that endpoint, signed in
 *
 * Takes what the server told of itself.
 *
 * Returns: whether that was news
 */
gboolean
tern_imap_memory_learn (TernImapMemory *self, TernImapSession *session)
{
  char *before = tern_imap_session_dup_capabilities_before (session);
  gboolean has_changed = FALSE;

  if (before != NULL)
    has_changed = replace (&self->before, before);
  if (tern_imap_session_knows_capabilities (session) || self->capabilities != NULL)
    has_changed |= replace (&self->capabilities, tern_imap_session_dup_capabilities (session));
  return has_changed;
}
