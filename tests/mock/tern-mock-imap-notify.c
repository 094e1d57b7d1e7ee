/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

typedef struct
{
  TernMockImapServer *server;
  char *text;
} Notification;

static void
notification_free (gpointer data)
{
  Notification *self = data;

  g_free (self->text);
  g_free (self);
}

static gboolean
notify_cb (gpointer user_data)
{
  const Notification *self = user_data;
  MOCK_LOCKED (self->server);

  for (guint i = self->server->sessions->len; i > 0; i--)
    {
      MockSession *session = g_ptr_array_index (self->server->sessions, i - 1);

      if (!session->authenticated || session->closed)
        continue;
      mock_session_send (session, "%s", self->text);
      mock_session_flush (session);
    }
  return G_SOURCE_REMOVE;
}

void
tern_mock_imap_server_notify (TernMockImapServer *self, const char *text)
{
  Notification *notification = g_new0 (Notification, 1);

  notification->server = self;
  notification->text = g_strdup (text);
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, notify_cb, notification,
                              notification_free);
}
