/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* One connection: bytes in, commands out to tern-mock-imap-commands.c, replies back. All of it runs
 * in the server's thread, under the server's lock. */

#define READ_SIZE 65536

static void read_more (MockSession *self);

MockSession *
mock_session_new (TernMockImapServer *server, GSocketConnection *connection, guint number)
{
  MockSession *self = g_new0 (MockSession, 1);

  self->server = server;
  self->number = number;
  self->flight = 1;
  self->connection = g_object_ref (connection);
  self->stream = g_object_ref (G_IO_STREAM (connection));
  self->cancellable = g_cancellable_new ();
  self->in = g_byte_array_new ();
  self->out = g_byte_array_new ();
  self->view = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                       NULL);
  return self;
}

void
mock_session_free (gpointer data)
{
  MockSession *self = data;

  g_object_unref (self->connection);
  g_object_unref (self->stream);
  g_object_unref (self->cancellable);
  g_byte_array_unref (self->in);
  g_byte_array_unref (self->out);
  g_clear_object (&self->deflater);
  g_clear_object (&self->inflater);
  g_clear_pointer (&self->sending, g_bytes_unref);
  g_free (self->tag);
  g_array_unref (self->view);
  g_free (self);
}

/* The callbacks of a pending read or write still come; the last of them ends the session. */
void
mock_session_close (MockSession *self)
{
  self->closed = TRUE;
  if (self->reading || self->sending != NULL)
    {
      g_cancellable_cancel (self->cancellable);
      return;
    }
  g_io_stream_close (self->stream, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  mock_server_remove_session (self->server, self);
}

gboolean
mock_session_is_encrypted (MockSession *self)
{
  return G_IS_TLS_CONNECTION (self->stream);
}

void
mock_session_send (MockSession *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_byte_array_append (self->out, (const guint8 *) text, (guint) strlen (text));
}

static void
start_tls (MockSession *self)
{
  g_autoptr (GTlsCertificate) certificate = NULL;

  certificate = tern_mock_imap_load_certificate (self->server->certificate);
  g_object_unref (self->stream);
  self->stream = g_tls_server_connection_new (G_IO_STREAM (self->connection), certificate, NULL);
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (self->stream), FALSE);
  g_byte_array_set_size (self->in, 0);
  self->upgrade = FALSE;
}

/* Everything that was to be sent is. */
static void
sent (MockSession *self)
{
  if (self->upgrade)
    {
      start_tls (self);
      read_more (self);
    }
  else if (self->closing)
    {
      /* Closing with input unread would reset the connection, and the client might lose what was
       * sent last: wait for its own end. */
      if (mock_session_is_encrypted (self))
        mock_session_close (self);
      else
        g_socket_shutdown (g_socket_connection_get_socket (self->connection), FALSE, TRUE, NULL);
    }
}

static void
write_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  MockSession *self = user_data;
  MOCK_LOCKED (self->server);
  gssize n = g_output_stream_write_bytes_finish (G_OUTPUT_STREAM (object), result, NULL);
  GBytes *rest = NULL;

  if (n >= 0 && (gsize) n < g_bytes_get_size (self->sending))
    rest = g_bytes_new_from_bytes (self->sending, (gsize) n,
                                   g_bytes_get_size (self->sending) - (gsize) n);
  g_bytes_unref (self->sending);
  self->sending = rest;
  self->server->sent += (guint64) MAX (n, 0);
  if (self->server->sent >= self->server->break_sent)
    {
      g_clear_pointer (&self->sending, g_bytes_unref);
      mock_server_break (self->server);
      return;
    }
  if (n < 0 || self->closed)
    {
      g_clear_pointer (&self->sending, g_bytes_unref);
      mock_session_close (self);
      return;
    }
  mock_session_flush (self);
}

/* Sends what was answered, in pieces of the size that the test has set. */
void
mock_session_flush (MockSession *self)
{
  gsize chunk = self->server->chunk;
  guint64 left = self->server->break_sent - self->server->sent;
  g_autoptr (GBytes) piece = NULL;

  if (self->closed || self->held || self->server->held)
    return;
  if (self->sending == NULL && self->out->len > 0)
    {
      mock_session_deflate (self);
      mock_server_add_noise (self->server, self->out);
      self->sending = g_byte_array_free_to_bytes (self->out);
      self->out = g_byte_array_new ();
      self->answered = TRUE;
    }
  else if (self->sending == NULL)
    {
      sent (self);
      return;
    }
  else if (g_output_stream_has_pending (g_io_stream_get_output_stream (self->stream)))
    return;
  if (chunk == 0)
    chunk = g_bytes_get_size (self->sending);
  chunk = (gsize) MIN (MIN (chunk, left), g_bytes_get_size (self->sending));
  piece = g_bytes_new_from_bytes (self->sending, 0, chunk);
  g_output_stream_write_bytes_async (g_io_stream_get_output_stream (self->stream), piece,
                                     G_PRIORITY_DEFAULT, self->cancellable, write_cb, self);
}

/* RFC 9051 section 4.3 and RFC 7888: {n}, {n+} and {n-} at the end of a line */
static gboolean
ends_in_literal (GString *line, guint64 *length, gboolean *waits, gsize *start)
{
  char *open = strrchr (line->str, '{');
  char *end;

  if (open == NULL || line->str[line->len - 1] != '}')
    return FALSE;
  *length = g_ascii_strtoull (open + 1, &end, 10);
  *waits = *end == '}';
  *start = (gsize) (open - line->str);
  return end != open + 1 && (*waits || ((*end == '+' || *end == '-') && end[1] == '}'));
}

static void
append_literal (GString *line, const char *data, guint64 length)
{
  g_string_append_c (line, '"');
  for (guint64 i = 0; i < length; i++)
    {
      if (data[i] == '"' || data[i] == '\\')
        g_string_append_c (line, '\\');
      g_string_append_c (line, data[i]);
    }
  g_string_append_c (line, '"');
}

/* (transfer full) (nullable): the next whole command, its literals as quoted strings */
static char *
take_command (MockSession *self)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gsize pos = 0;

  for (;;)
    {
      const char *data = (const char *) self->in->data;
      const char *eol = memmem (data + pos, self->in->len - pos, "\r\n", 2);
      guint64 length = 0;
      gsize next, start = 0;
      gboolean waits = FALSE;

      if (eol == NULL)
        return NULL;
      next = (gsize) (eol - data) + 2;
      g_string_append_len (line, data + pos, eol - data - (gssize) pos);
      if (!ends_in_literal (line, &length, &waits, &start))
        {
          g_byte_array_remove_range (self->in, 0, (guint) next);
          self->literal_asked = 0;
          return g_string_free (g_steal_pointer (&line), FALSE);
        }
      if (waits && self->literal_asked < next)
        {
          self->literal_asked = next;
          mock_session_send (self, "+ go on\r\n");
        }
      if (self->in->len - next < length)
        return NULL;
      g_string_truncate (line, start);
      append_literal (line, data + next, length);
      pos = next + length;
    }
}

/* Sends @text for the command with $TAG filled in, and believes the OK that it may contain. */
static void
reply (MockSession *self, const TernMockImapCommand *command, const char *text)
{
  g_autoptr (GString) filled = g_string_new (text);
  gboolean ok = strstr (text, "$TAG OK") != NULL;
  guint start = self->out->len;

  g_string_replace (filled, "$TAG", command->tag, 0);
  g_byte_array_append (self->out, (const guint8 *) filled->str, (guint) filled->len);
  if (ok && g_str_equal (command->name, "STARTTLS"))
    self->upgrade = TRUE;
  if (ok && g_str_equal (command->name, "COMPRESS"))
    {
      const char *end = strstr (filled->str, "\r\n");

      mock_session_begin_deflate (self, start + (guint) (end + 2 - filled->str));
    }
  if (ok && (g_str_equal (command->name, "LOGIN") || g_str_equal (command->name, "AUTHENTICATE")))
    self->authenticated = TRUE;
}

static void
execute (MockSession *self, const TernMockImapCommand *command)
{
  MockScript *script = mock_server_take_script (self->server, command->name);
  gsize start = self->out->len;
  g_autofree char *text = NULL;

  if (script == NULL)
    text = mock_server_ask_handler (self->server, command);
  else if (script->kind == MOCK_SCRIPT_REPLY)
    text = g_strdup (script->text);
  else if (script->kind == MOCK_SCRIPT_PREPEND)
    reply (self, command, script->text);

  if (script != NULL && script->kind == MOCK_SCRIPT_HOLD)
    self->held = TRUE;
  if (script != NULL && script->kind == MOCK_SCRIPT_STALL)
    self->stalled = TRUE;
  else if (text != NULL)
    reply (self, command, text);
  else
    mock_session_execute (self, command);

  if (script != NULL && script->kind == MOCK_SCRIPT_CUT)
    {
      g_byte_array_set_size (self->out, (guint) MIN (self->out->len, start + script->n));
      self->closing = TRUE;
    }
  g_clear_pointer (&script, mock_script_free);
}

static void
handle_command (MockSession *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  guint n = g_strv_length (words);
  g_autofree char *name = g_ascii_strup (n > 1 ? words[1] : "", -1);
  g_autofree char *full = NULL;
  TernMockImapCommand command = {
    .connection = self->number,
    .flight = self->flight,
    .encrypted = mock_session_is_encrypted (self),
    .tag = n > 0 ? words[0] : (char *) "*",
    .name = name,
    .args = n > 2 ? words[2] : (char *) "",
  };

  if (g_str_equal (name, "UID") && n > 2)
    {
      gsize length = strcspn (words[2], " ");
      g_autofree char *verb = g_ascii_strup (words[2], (gssize) length);

      full = g_strdup_printf ("UID %s", verb);
      command.name = full;
      command.args = words[2] + length + (words[2][length] == ' ');
    }
  mock_server_log (self->server, &command);
  if (!self->stalled)
    execute (self, &command);
}

static void
handle_line (MockSession *self, const char *line)
{
  if (self->answered)
    self->flight++;
  self->answered = FALSE;

  switch (self->state)
    {
    case MOCK_STATE_PLAIN:
      handle_command (self, line);
      break;
    case MOCK_STATE_SASL:
      self->state = MOCK_STATE_PLAIN;
      mock_session_sasl (self, line);
      break;
    case MOCK_STATE_IDLE:
      self->state = MOCK_STATE_PLAIN;
      if (g_ascii_strcasecmp (line, "DONE") == 0)
        mock_session_send (self, "%s OK idled\r\n", self->tag);
      else
        mock_session_send (self, "%s BAD expected DONE\r\n", self->tag);
      break;
    }
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  MockSession *self = user_data;
  MOCK_LOCKED (self->server);
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, NULL);
  guint64 length;

  self->reading = FALSE;
  if (bytes == NULL || g_bytes_get_size (bytes) == 0 || self->closed)
    {
      mock_session_close (self);
      return;
    }
  length = MIN (g_bytes_get_size (bytes), self->server->break_received - self->server->received);
  self->server->received += length;
  if (!self->closing)
    mock_session_take_input (self, g_bytes_get_data (bytes, NULL), length);
  while (!self->closing && !self->upgrade)
    {
      g_autofree char *line = take_command (self);

      if (line == NULL)
        break;
      handle_line (self, line);
    }
  if (self->server->received >= self->server->break_received)
    {
      mock_server_break (self->server);
      return;
    }
  read_more (self);
  mock_session_flush (self);
}

static void
read_more (MockSession *self)
{
  /* Before TLS starts, what comes belongs to the handshake. */
  if (self->reading || self->upgrade || self->closed)
    return;
  self->reading = TRUE;
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (self->stream), READ_SIZE,
                                   G_PRIORITY_DEFAULT, self->cancellable, read_cb, self);
}

/* Greets and reads on. */
void
mock_session_start (MockSession *self)
{
  g_autofree char *capabilities = mock_server_dup_capabilities (self->server, self);
  MockScript *script = mock_server_take_script (self->server, "GREETING");

  if (self->server->refusing || (script != NULL && script->kind == MOCK_SCRIPT_STALL))
    self->stalled = TRUE;
  else if (self->server->security == TERN_SECURITY_TLS)
    start_tls (self);

  if (script != NULL && (script->kind == MOCK_SCRIPT_REPLY || script->kind == MOCK_SCRIPT_PREPEND))
    mock_session_send (self, "%s", script->text);
  if (!self->stalled && (script == NULL || script->kind != MOCK_SCRIPT_REPLY))
    mock_session_send (self, "* OK [CAPABILITY %s] %s\r\n", capabilities, self->server->greeting);
  if (script != NULL && script->kind == MOCK_SCRIPT_CUT)
    {
      g_byte_array_set_size (self->out, (guint) MIN (self->out->len, script->n));
      self->closing = TRUE;
    }
  self->closing = self->closing || self->server->refusing;
  g_clear_pointer (&script, mock_script_free);

  read_more (self);
  mock_session_flush (self);
  self->answered = FALSE;
}

/* The mailbox has changed: a client that idles is told at once. */
void
mock_session_notify (MockSession *self)
{
  if (self->state != MOCK_STATE_IDLE || self->closed)
    return;
  mock_session_update (self);
  mock_session_flush (self);
}
