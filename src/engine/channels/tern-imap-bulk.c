/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

/* When COMPRESS pays. Headers and text shrink to a quarter or less, but while it is agreed on the
 * connection stands still for a round trip: never before what the user waits for, only where much
 * is to come that nobody looks at yet. */

/* To this machine itself bytes cost nothing. What a proxy reaches is taken to be far away. */
static gboolean
is_near (TernImapSession *session)
{
  const char *text = tern_transport_get_address (tern_imap_session_get_transport (session));
  g_autoptr (GInetAddress) address = text != NULL ? g_inet_address_new_from_string (text) : NULL;

  return address != NULL && g_inet_address_get_is_loopback (address);
}

static TernImapMemory *
get_memory (TernImapChannel *self, TernImapSession *session)
{
  return tern_imap_channel_get_memory (
      self, tern_transport_get_endpoint (tern_imap_session_get_transport (session)));
}

static void
compress_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapChannel) self = TERN_IMAP_CHANNEL (user_data);
  TernImapSession *session = TERN_IMAP_SESSION (object);
  g_autoptr (GError) error = NULL;

  if (tern_imap_command_finish (session, result, &error) || !tern_imap_session_is_alive (session))
    return;
  g_info ("The server does not compress: %s", error->message);
  get_memory (self, session)->has_no_compress = TRUE;
}

/* Much that nobody waits for is about to be asked for over the lease's connection, behind what was
 * asked for already: has it compressed, where that pays. */
void
tern_imap_lease_begin_bulk (const TernImapLease *lease)
{
  TernImapChannel *channel = lease->slot->channel;
  TernImapSession *session = lease->session;

  if (tern_imap_session_can_compress (session) &&
      (channel->compresses_near || !is_near (session)) &&
      !get_memory (channel, session)->has_no_compress)
    tern_imap_compress_async (session, compress_cb, g_object_ref (channel));
}
