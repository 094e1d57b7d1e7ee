/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#include <string.h>

/* What a test prescribes, and what it can see afterwards. */

#define WAIT_SECONDS 30

void
mock_command_free (gpointer data)
{
  TernMockImapCommand *command = data;

  g_free (command->tag);
  g_free (command->name);
  g_free (command->args);
  g_free (command);
}

static gpointer
command_copy (gconstpointer source, gpointer user_data)
{
  TernMockImapCommand *copy = g_memdup2 (source, sizeof *copy);

  copy->tag = g_strdup (copy->tag);
  copy->name = g_strdup (copy->name);
  copy->args = g_strdup (copy->args);
  return copy;
}

void
mock_script_free (gpointer data)
{
  MockScript *script = data;

  g_free (script->name);
  g_free (script->text);
  g_free (script);
}

static void
add_script (TernMockImapServer *self, int kind, const char *name, const char *text, gsize n)
{
  MockScript *script = g_new0 (MockScript, 1);
  MOCK_LOCKED (self);

  script->kind = kind;
  script->name = g_strdup (name);
  script->text = g_strdup (text);
  script->n = n;
  g_ptr_array_add (self->scripts, script);
}

void
tern_mock_imap_server_reply (TernMockImapServer *self, const char *name, const char *text)
{
  add_script (self, MOCK_SCRIPT_REPLY, name, text, 0);
}

void
tern_mock_imap_server_prepend (TernMockImapServer *self, const char *name, const char *text)
{
  add_script (self, MOCK_SCRIPT_PREPEND, name, text, 0);
}

void
tern_mock_imap_server_cut (TernMockImapServer *self, const char *name, gsize n)
{
  add_script (self, MOCK_SCRIPT_CUT, name, NULL, n);
}

void
tern_mock_imap_server_stall (TernMockImapServer *self, const char *name)
{
  add_script (self, MOCK_SCRIPT_STALL, name, NULL, 0);
}

void
tern_mock_imap_server_hold_from (TernMockImapServer *self, const char *name)
{
  add_script (self, MOCK_SCRIPT_HOLD, name, NULL, 0);
}

void
tern_mock_imap_server_set_chunk (TernMockImapServer *self, gsize n)
{
  MOCK_LOCKED (self);
  self->chunk = n;
}

void
tern_mock_imap_server_break_after (TernMockImapServer *self, guint64 sent, guint64 received)
{
  MOCK_LOCKED (self);
  self->sent = self->received = 0;
  self->break_sent = sent;
  self->break_received = received;
}

void
tern_mock_imap_server_get_traffic (TernMockImapServer *self, guint64 *sent, guint64 *received)
{
  MOCK_LOCKED (self);
  *sent = self->sent;
  *received = self->received;
}

void
tern_mock_imap_server_set_forgetful (TernMockImapServer *self, gboolean forgetful)
{
  MOCK_LOCKED (self);
  self->forgetful = forgetful;
}

void
tern_mock_imap_server_set_refusing (TernMockImapServer *self, gboolean refusing)
{
  MOCK_LOCKED (self);
  self->refusing = refusing;
}

void
tern_mock_imap_server_set_noise (TernMockImapServer *self, guint32 seed)
{
  MOCK_LOCKED (self);
  g_clear_pointer (&self->noise, g_rand_free);
  if (seed != 0)
    self->noise = g_rand_new_with_seed (seed);
}

/* Damages one place of @bytes. */
static void
damage (GRand *noise, GByteArray *bytes)
{
  static const char *const tokens[] = { "(",          ")",  "\"",  "{9}\r\n",   "NIL", "\r\n",
                                        "4294967295", "-1", "0",   "* BYE\r\n", "[",   "]",
                                        " ",          "\\", "1:*", "\xff" };
  const char *token = tokens[g_rand_int_range (noise, 0, G_N_ELEMENTS (tokens))];
  guint at = (guint) g_rand_int_range (noise, 0, (gint32) bytes->len);
  guint wanted = (guint) g_rand_int_range (noise, 1, 40);
  guint length = MIN (bytes->len - at, wanted);
  g_autofree guint8 *tail = g_memdup2 (bytes->data + at, bytes->len - at);
  guint tail_length = bytes->len - at;

  switch (g_rand_int_range (noise, 0, 5))
    {
    case 0:
      bytes->data[at] = (guint8) g_rand_int_range (noise, 0, 256);
      break;
    case 1:
      g_byte_array_remove_range (bytes, at, length);
      break;
    case 2: /* twice */
      g_byte_array_set_size (bytes, at + length);
      g_byte_array_append (bytes, tail, tail_length);
      break;
    case 3: /* nothing further */
      g_byte_array_set_size (bytes, at);
      break;
    default:
      g_byte_array_set_size (bytes, at);
      g_byte_array_append (bytes, (const guint8 *) token, (guint) strlen (token));
      g_byte_array_append (bytes, tail, tail_length);
      break;
    }
}

/* Damages what is about to be sent, every third time. */
void
mock_server_add_noise (TernMockImapServer *self, GByteArray *bytes)
{
  if (self->noise == NULL || g_rand_int_range (self->noise, 0, 3) > 0)
    return;
  for (gint32 n = g_rand_int_range (self->noise, 1, 4); n > 0 && bytes->len > 1; n--)
    damage (self->noise, bytes);
}

static gboolean
hang_up_cb (gpointer user_data)
{
  TernMockImapServer *self = user_data;
  MOCK_LOCKED (self);

  for (guint i = self->sessions->len; i > 0; i--)
    mock_session_close (g_ptr_array_index (self->sessions, i - 1));
  return G_SOURCE_REMOVE;
}

void
tern_mock_imap_server_hang_up (TernMockImapServer *self)
{
  g_main_context_invoke (self->context, hang_up_cb, self);
}

void
tern_mock_imap_server_set_handler (TernMockImapServer *self,
                                   const char *name,
                                   TernMockImapHandler handler,
                                   gpointer user_data)
{
  MockHandler *entry;
  MOCK_LOCKED (self);

  if (handler == NULL)
    {
      g_hash_table_remove (self->handlers, name);
      return;
    }
  entry = g_new0 (MockHandler, 1);
  entry->handler = handler;
  entry->user_data = user_data;
  g_hash_table_replace (self->handlers, g_strdup (name), entry);
}

/* (transfer full) (nullable): the first script that is for @name; "*" is for commands, not for the
 * greeting. */
MockScript *
mock_server_take_script (TernMockImapServer *self, const char *name)
{
  for (guint i = 0; i < self->scripts->len; i++)
    {
      MockScript *script = g_ptr_array_index (self->scripts, i);

      if (g_str_equal (script->name, name) ||
          (g_str_equal (script->name, "*") && !g_str_equal (name, "GREETING")))
        return g_ptr_array_steal_index (self->scripts, i);
    }
  return NULL;
}

char *
mock_server_ask_handler (TernMockImapServer *self, const TernMockImapCommand *command)
{
  MockHandler *entry = g_hash_table_lookup (self->handlers, command->name);

  if (entry == NULL)
    entry = g_hash_table_lookup (self->handlers, "*");
  return entry != NULL ? entry->handler (self, command, entry->user_data) : NULL;
}

void
mock_server_log (TernMockImapServer *self, const TernMockImapCommand *command)
{
  g_ptr_array_add (self->log, command_copy (command, NULL));
  if (self->waiter != NULL)
    g_main_context_wakeup (self->waiter);
}

void
tern_mock_imap_server_hold (TernMockImapServer *self)
{
  MOCK_LOCKED (self);
  self->held = TRUE;
}

static gboolean
release_cb (gpointer user_data)
{
  TernMockImapServer *self = user_data;
  MOCK_LOCKED (self);

  for (guint i = self->sessions->len; i > 0; i--)
    {
      MockSession *session = g_ptr_array_index (self->sessions, i - 1);

      session->held = FALSE;
      mock_session_flush (session);
    }
  return G_SOURCE_REMOVE;
}

void
tern_mock_imap_server_release (TernMockImapServer *self)
{
  {
    MOCK_LOCKED (self);
    self->held = FALSE;
  }
  g_main_context_invoke (self->context, release_cb, self);
}

GPtrArray *
tern_mock_imap_server_dup_commands (TernMockImapServer *self)
{
  MOCK_LOCKED (self);
  return g_ptr_array_copy (self->log, (GCopyFunc) command_copy, NULL);
}

char *
tern_mock_imap_server_dup_transcript (TernMockImapServer *self)
{
  GString *text = g_string_new (NULL);
  MOCK_LOCKED (self);

  for (guint i = 0; i < self->log->len; i++)
    {
      TernMockImapCommand *command = g_ptr_array_index (self->log, i);

      g_string_append_printf (text, "%s%s%s\n", command->name, *command->args != '\0' ? " " : "",
                              command->args);
    }
  return g_string_free (text, FALSE);
}

guint
tern_mock_imap_server_count (TernMockImapServer *self, const char *name)
{
  guint count = 0;
  MOCK_LOCKED (self);

  for (guint i = 0; i < self->log->len; i++)
    {
      TernMockImapCommand *command = g_ptr_array_index (self->log, i);

      count += g_str_equal (name, "*") || g_str_equal (command->name, name);
    }
  return count;
}

guint
tern_mock_imap_server_count_connections (TernMockImapServer *self)
{
  MOCK_LOCKED (self);
  return self->n_connections;
}

guint
tern_mock_imap_server_count_open (TernMockImapServer *self)
{
  MOCK_LOCKED (self);
  return self->sessions->len;
}

void
tern_mock_imap_server_clear_log (TernMockImapServer *self)
{
  MOCK_LOCKED (self);
  g_ptr_array_set_size (self->log, 0);
}

typedef struct
{
  TernMockImapServer *server;
  const char *name;
  guint n;
} Wait;

static gboolean
has_command (const Wait *wait)
{
  return tern_mock_imap_server_count (wait->server, wait->name) >= wait->n;
}

static gboolean
has_connections (const Wait *wait)
{
  return tern_mock_imap_server_count_connections (wait->server) >= wait->n;
}

static gboolean
is_closed (const Wait *wait)
{
  return tern_mock_imap_server_count_open (wait->server) == 0;
}

static gboolean
too_late_cb (gpointer user_data)
{
  const Wait *wait = user_data;
  g_autofree char *transcript = tern_mock_imap_server_dup_transcript (wait->server);

  g_error ("waited in vain for %s; received:\n%s", wait->name, transcript);
  return G_SOURCE_REMOVE;
}

static void
wait_until (TernMockImapServer *self,
            gboolean (*condition) (const Wait *wait),
            const char *name,
            guint n)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GSource) guard = g_timeout_source_new_seconds (WAIT_SECONDS);
  Wait wait = { self, name, n };

  g_source_set_callback (guard, too_late_cb, &wait, NULL);
  g_source_attach (guard, context);
  {
    MOCK_LOCKED (self);
    self->waiter = context;
  }
  while (!condition (&wait))
    g_main_context_iteration (context, TRUE);
  {
    MOCK_LOCKED (self);
    self->waiter = NULL;
  }
  g_source_destroy (guard);
}

void
tern_mock_imap_server_wait_command (TernMockImapServer *self, const char *name, guint n)
{
  wait_until (self, has_command, name, n);
}

void
tern_mock_imap_server_wait_connections (TernMockImapServer *self, guint n)
{
  wait_until (self, has_connections, "connections", n);
}

void
tern_mock_imap_server_wait_closed (TernMockImapServer *self)
{
  wait_until (self, is_closed, "the end of all connections", 0);
}
