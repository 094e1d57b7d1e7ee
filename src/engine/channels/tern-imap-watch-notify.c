/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

/* Folders that nobody watches and of which the server may tell all the same. */
#define MAX_HEARD 1000

/* The connection whose server tells of all folders; NULL for none. */
static TernImapSlot *
find_notifier (TernImapChannel *self)
{
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    {
      TernImapSlot *slot = &self->slots[i];

      if (tern_imap_slot_is_alive (slot) && tern_imap_session_notifies (slot->session) &&
          tern_imap_watch_can_idle (self, slot->session))
        return slot;
    }
  return NULL;
}

static void
notify_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapChannel) self = user_data; /* the command's reference */
  g_autoptr (GError) error = NULL;

  self->asks_notify = FALSE;
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    {
      if (!self->is_closed)
        g_message ("The server's NOTIFY is done without: %s", error->message);
      self->has_no_notify = TRUE;
    }
  tern_imap_watch_update (self);
}

/* Asks the server of a connection that is about to idle to tell of all folders, where it can. What
 * happens in @watched, which is selected there, is told from before. */
void
tern_imap_watch_ask_notify (TernImapSlot *slot, TernImapWatched *watched)
{
  TernImapChannel *self = slot->channel;

  if (self->has_no_notify || !tern_imap_session_has (slot->session, "NOTIFY"))
    return;
  self->asks_notify = TRUE;
  watched->is_heard = TRUE;
  tern_imap_notify_async (slot->session, TERN_IMAP_NOTIFY_ALL, notify_cb, g_object_ref (self));
}

/* Has one connection watch all folders. Returns whether there is one that can; what happened in a
 * folder before it did went unheard. */
gboolean
tern_imap_watch_by_notify (TernImapChannel *self)
{
  TernImapSlot *slot = find_notifier (self);

  for (guint i = 0; i < self->watched->len; i++)
    {
      TernImapWatched *watched = self->watched->pdata[i];
      gboolean was_heard = watched->is_heard;

      watched->is_heard = slot != NULL;
      if (slot == NULL)
        continue;
      tern_imap_watched_look_no_more (watched);
      if (!was_heard)
        tern_imap_watched_tell (watched);
    }
  if (slot != NULL && slot->leases == 0 && slot->watched == NULL && self->watched->len > 0)
    tern_imap_slot_begin_watch (slot, self->watched->pdata[0]);
  return slot != NULL;
}

static TernImapWatched *
find_heard (TernImapChannel *self, const char *folder)
{
  TernImapWatched *heard = tern_imap_watch_find (self->watched, folder);

  if (heard == NULL)
    heard = tern_imap_watch_find (self->heard, folder);
  if (heard == NULL && self->heard->len < MAX_HEARD)
    {
      heard = tern_imap_watched_new (self, folder);
      g_ptr_array_add (self->heard, heard);
    }
  return heard;
}

/* The server told of something in a folder that is not selected; @folder is NULL for the list of
 * folders. Nobody needs to watch it for that, but somebody must want to hear at all. */
void
tern_imap_watch_take_heard (TernImapChannel *self, const char *folder, TernImapSession *session)
{
  TernImapWatched *heard = self->watched->len > 0 ? find_heard (self, folder) : NULL;

  if (heard != NULL)
    tern_imap_watched_tell (heard);
}

static void
ignore_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* A server that tells of the selected mailbox neither is as good as one that is silent. */
}

/* The server has ended NOTIFY, and with it what it told of the selected mailbox. It would do so
 * again: each folder is watched by itself from now on. */
void
tern_imap_watch_take_overflow (TernImapChannel *self, TernImapSession *session)
{
  g_message ("The server's NOTIFY could not keep up");
  self->has_no_notify = TRUE;
  tern_imap_notify_async (session, TERN_IMAP_NOTIFY_SELECTED, ignore_cb, NULL);
  for (guint i = 0; i < self->watched->len; i++)
    tern_imap_watched_tell (self->watched->pdata[i]);
  tern_imap_watch_update (self);
}
