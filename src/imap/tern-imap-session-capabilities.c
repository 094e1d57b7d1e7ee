/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-limits.h"

/* What is remembered of a server is one line of words: the capabilities that it offers; behind a
 * DISTRUSTED those that it gets wrong; and behind an IDENTITY the name and the version of its
 * program, escaped as in a URI and parted by a slash. */
#define DISTRUSTED '!'
#define IDENTITY '@'

static void
find_quirks (TernImapSession *self)
{
  const TernImapIdentity identity = {
    .host = tern_transport_get_endpoint (self->transport)->host,
    .greeting = self->greeting,
    .name = self->server_name,
    .version = self->server_version,
  };

  tern_imap_quirks_find (&self->quirks, &identity);
}

/* Printable text of bounded length. */
static char *
clean (const char *text)
{
  g_autofree char *start = text != NULL ? g_strndup (text, TERN_IMAP_MAX_IDENTITY) : NULL;
  char *valid = start != NULL ? g_utf8_make_valid (start, -1) : NULL;

  for (char *p = valid; p != NULL && *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return valid;
}

/* Takes the text of the greeting, %NULL before it. */
void
tern_imap_session_set_greeting (TernImapSession *self, const char *text)
{
  g_free (self->greeting);
  self->greeting = clean (text);
  find_quirks (self);
}

/* Takes what the server answers to ID (RFC 2971). */
void
tern_imap_session_set_identity (TernImapSession *self, const char *name, const char *version)
{
  g_autofree char *new_name = clean (name);
  g_autofree char *new_version = clean (version);

  if (g_strcmp0 (new_name, self->server_name) == 0 &&
      g_strcmp0 (new_version, self->server_version) == 0)
    return;
  g_free (self->server_name);
  g_free (self->server_version);
  self->server_name = g_steal_pointer (&new_name);
  self->server_version = g_steal_pointer (&new_version);
  find_quirks (self);
  tern_imap_session_note_identity (self);
  g_signal_emit_by_name (self, "learnt");
}

/**
 * tern_imap_session_get_quirks:
 * @self: a session
 *
 * Tells what has to be minded with this server, by its host, its greeting and its answer to ID, or
 * the one that is remembered. What changes when that answer comes; look at it when it is needed.
 *
 * Returns: (transfer none): the quirks
 */
const TernImapQuirks *
tern_imap_session_get_quirks (TernImapSession *self)
{
  return &self->quirks;
}

/**
 * tern_imap_session_has:
 * @self: a session
 * @capability: a capability's name, upper case
 *
 * Returns: whether the server offers it, as far as is known, and does not get it wrong
 */
gboolean
tern_imap_session_has (TernImapSession *self, const char *capability)
{
  return g_hash_table_contains (self->capabilities, capability) &&
         !g_hash_table_contains (self->distrusted, capability) &&
         !tern_imap_quirks_distrust (&self->quirks, capability);
}

/**
 * tern_imap_session_fail_extension:
 * @self: a session
 * @capability: the extension, upper case
 *
 * Ends the session because the server's answer breaks the rules of an extension, so that nothing
 * that it said with it can be relied on. tern_imap_session_dup_capabilities() tells it on, and
 * a session that assumes that does without the extension.
 */
void
tern_imap_session_fail_extension (TernImapSession *self, const char *capability)
{
  if (!tern_imap_session_is_alive (self))
    return;
  g_message ("The server gets %s wrong: it is not used any more", capability);
  self->fault = g_intern_string (capability);
  g_hash_table_add (self->distrusted, g_strdup (capability));
  g_signal_emit_by_name (self, "learnt");
  tern_imap_session_fail (self, g_error_new (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                             "the server's answer to %s cannot be understood",
                                             capability));
}

/**
 * tern_imap_session_get_fault:
 * @self: a session
 *
 * Returns: (nullable): the extension for whose sake it was ended: what failed with it is worth
 *   another try without that; %NULL for none
 */
const char *
tern_imap_session_get_fault (TernImapSession *self)
{
  return self->fault;
}

/**
 * tern_imap_session_has_enabled:
 * @self: a session
 * @capability: an extension, upper case
 *
 * Returns: whether tern_imap_enable_async() was asked for it
 */
gboolean
tern_imap_session_has_enabled (TernImapSession *self, const char *capability)
{
  return g_hash_table_contains (self->enabled, capability);
}

/**
 * tern_imap_session_knows_capabilities:
 * @self: a session
 *
 * Returns: whether the server itself told its capabilities for the present state
 */
gboolean
tern_imap_session_knows_capabilities (TernImapSession *self)
{
  return self->knows_capabilities;
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_words (GString *out, GHashTable *set, const char *mark)
{
  guint n;
  g_autofree char **words = (char **) g_hash_table_get_keys_as_array (set, &n);

  qsort (words, n, sizeof *words, compare_words);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s%s%s", out->len > 0 ? " " : "", mark, words[i]);
}

/**
 * tern_imap_session_dup_capabilities:
 * @self: a session
 *
 * Returns: (transfer full): what is worth being remembered of the server, in one line
 */
char *
tern_imap_session_dup_capabilities (TernImapSession *self)
{
  GString *out = g_string_new (NULL);

  add_words (out, self->capabilities, "");
  add_words (out, self->distrusted, (char[]){ DISTRUSTED, '\0' });
  if (self->server_name != NULL)
    {
      g_string_append_printf (out, " %c", IDENTITY);
      g_string_append_uri_escaped (out, self->server_name, NULL, FALSE);
      if (self->server_version != NULL)
        {
          g_string_append_c (out, '/');
          g_string_append_uri_escaped (out, self->server_version, NULL, FALSE);
        }
    }
  return g_string_free (out, FALSE);
}

/**
 * tern_imap_session_dup_capabilities_before:
 * @self: a session
 *
 * Returns: (transfer full) (nullable): what the server itself offered before the sign-in, in the
 *   same form; %NULL where it was not asked
 */
char *
tern_imap_session_dup_capabilities_before (TernImapSession *self)
{
  return g_strdup (self->before);
}

static void
replace_capabilities (TernImapSession *self, const char *text)
{
  gsize length;

  g_hash_table_remove_all (self->capabilities);
  for (const char *word = text;
       *word != '\0' && g_hash_table_size (self->capabilities) < TERN_IMAP_MAX_CAPABILITIES;
       word += length + strspn (word + length, " "))
    {
      length = strcspn (word, " ");
      if (g_ascii_isalnum (*word) && length <= TERN_IMAP_MAX_CAPABILITY &&
          g_utf8_validate_len (word, length, NULL))
        g_hash_table_add (self->capabilities, g_ascii_strup (word, (gssize) length));
    }
}

/* Takes what the server says that it can do. */
void
tern_imap_session_set_capabilities (TernImapSession *self, const char *words)
{
  replace_capabilities (self, words);
  self->knows_capabilities = TRUE;
}

/* What was said before TLS, or before the sign-in, counts no longer. */
void
tern_imap_session_clear_capabilities (TernImapSession *self)
{
  g_hash_table_remove_all (self->capabilities);
  self->knows_capabilities = FALSE;
}

static void
assume_identity (TernImapSession *self, const char *escaped)
{
  const char *slash = strchr (escaped, '/');

  g_free (self->server_name);
  g_free (self->server_version);
  self->server_name = g_uri_unescape_segment (escaped, slash, NULL);
  self->server_version = slash != NULL ? g_uri_unescape_string (slash + 1, NULL) : NULL;
  find_quirks (self);
}

/**
 * tern_imap_session_assume_capabilities:
 * @self: a session
 * @capabilities: (nullable): what tern_imap_session_dup_capabilities() gave for this endpoint
 *
 * Works with what is remembered of the server, as far as it has not told it anew.
 */
void
tern_imap_session_assume_capabilities (TernImapSession *self, const char *capabilities)
{
  g_auto (GStrv) words = g_strsplit_set (capabilities != NULL ? capabilities : "", " ", -1);

  if (!self->knows_capabilities && capabilities != NULL)
    replace_capabilities (self, capabilities);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] == DISTRUSTED)
      g_hash_table_add (self->distrusted, g_strdup (words[i] + 1));
    else if (*words[i] == IDENTITY && self->server_name == NULL)
      assume_identity (self, words[i] + 1);
}
