/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session.h"

#include <string.h>

#include "tern-imap-session-private.h"

/* Whether the server waits for a command, so that a farewell is not taken for something else. */
static gboolean
is_at_rest (TernImapSession *self)
{
  return tern_imap_session_is_alive (self) && self->state >= TERN_IMAP_STATE_AUTHENTICATED &&
         (g_queue_is_empty (&self->pending) || tern_imap_session_is_resting (self)) &&
         g_queue_is_empty (&self->waiting) && !self->is_writing;
}

/**
 * tern_imap_session_log_out:
 * @self: a session
 *
 * Closes the session without waiting, with LOGOUT (RFC 9051 section 6.1.3) where nothing is under
 * way and the socket takes it at once. The answer is not read: the server knows that it was left on
 * purpose, and nobody has to wait for it.
 */
void
tern_imap_session_log_out (TernImapSession *self)
{
  if (is_at_rest (self))
    {
      GOutputStream *output = tern_transport_get_output (self->transport);
      g_autofree char *text =
          g_strdup_printf ("%sT%u LOGOUT\r\n",
                           tern_imap_session_is_resting (self) ? "DONE\r\n" : "", ++self->last_tag);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
      tern_imap_session_deflate (self, bytes);
      if (G_IS_POLLABLE_OUTPUT_STREAM (output) &&
          g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (output)))
        g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), bytes->data,
                                                    bytes->len, NULL, NULL);
    }
  tern_imap_session_close (self);
}
